"""`python -m mitosis`, and the command `mitosis`."""

from mitosis._cli import command


def main() -> None:
    """Run the command line `mitosis`."""
    command()


if __name__ == "__main__":
    main()
