"""Scenarios: what a story is made of.

    @scenario(includes=[bob_and_alice_know_each_other])
    def an_answer_comes_back(alice, bob):
        \"\"\"Bob answers Alice's message.\"\"\"
        alice.writes(bob, "How was the trip?")
        bob.reads("How was the trip?", From=alice)
        bob.answers("Long and good.")
        alice.reads("Long and good.", bob)

    play(__name__)

Each line is a step: who acts, and what is expected. The parameters are the actors: people and servers by their names (CAST in play.py). What
a scenario includes is played before it, once in a story; a scenario of another story is imported and included. play() starts the servers once,
and plays the module's scenarios in their order. The verbs are in people.py, in delta_client.py, and in the files of the servers.
"""

import inspect
import sys
import traceback

from play import World, tell
from server import Failure

class Scenario:
    def __init__(self, function, includes):
        self.function, self.includes = function, includes
        self.title = (function.__doc__ or function.__name__.replace("_", " ")).strip().splitlines()[0]
        self.actors = list(inspect.signature(function).parameters)

    def everything(self):
        """The scenarios that it includes, in order, and itself."""
        return [each for included in self.includes for each in included.everything()] + [self]


def scenario(function=None, includes=()):
    """Makes a scenario of a function. `includes`: the scenarios that are played before it."""
    return Scenario(function, includes) if function else lambda function: Scenario(function, includes)


def _play(stage, one):
    tell(f"\n{one.title}")
    actors = [stage.actor(name) for name in one.actors]
    try:
        one.function(*actors)
    except Exception as error:
        steps = [frame for frame in traceback.extract_tb(error.__traceback__) if "/stories/" in frame.filename]
        where = "".join(f"\n  line {frame.lineno} of {frame.filename.rpartition('/')[2]}: {frame.line}" for frame in steps)
        said = error if isinstance(error, Failure) else "".join(traceback.format_exception(error))
        raise Failure(f"in the scenario {one.title!r}{where}\n{said}") from None


def scenarios_of(module):
    """The scenarios that a module defines, in their order."""
    return [each for each in vars(sys.modules[module]).values() if isinstance(each, Scenario) and each.function.__module__ == module]


def play(module, stage=World.for_actors, of=None, **setting):
    """Plays the scenarios of the program `module` (__name__), if that is the program that runs, and then those of another story that it has
    imported (`of`). `setting`: see World."""
    if module != "__main__":
        return
    mine = scenarios_of(module) + (scenarios_of(of.__name__) if of else [])
    scenarios = list(dict.fromkeys(each for one in mine for each in one.everything()))
    with stage([name for each in scenarios for name in each.actors], **setting) as the_stage:
        for each in scenarios:
            _play(the_stage, each)
