"""How the centre's tables came to be, a revision each; README.md beside this file tells how to add one."""
