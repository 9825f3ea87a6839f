import os

# Before any import of Qt: tests need no display, and look the same on every machine.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
