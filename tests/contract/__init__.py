"""What every store promises: the tests of the file, run on a server, and both compared."""
