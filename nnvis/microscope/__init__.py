"""One update of a network, taken apart: every array, equation, source line and sentence of it. Qt-free."""
