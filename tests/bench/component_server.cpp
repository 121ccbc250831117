// The Jabber server of most figures; see component_server.h.

#include "tests/bench/component_server.h"

int main(int, char** argv) { bench::Server(std::atoi(argv[1]), std::atoi(argv[2]), argv[3], argv[4]).run(); }
