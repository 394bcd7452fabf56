"""import-linter, called by name: its own program breaks when the folder is moved or has spaces in its path."""

from importlinter.cli import lint_imports_command

if __name__ == "__main__":
    lint_imports_command(["--no-logo"])
