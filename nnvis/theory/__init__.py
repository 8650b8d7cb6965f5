"""The theory pages: Markdown whose equations, examples and code lines come from the core that runs. Qt-free."""
