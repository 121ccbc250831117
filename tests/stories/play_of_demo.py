"""What `./demo` plays, with the program that is tested."""

import sys

import demo

sys.argv[1:] = ["--once"]
sys.exit(demo.main())
