"""Hints: rules that notice what goes wrong in a run, each with its evidence in numbers and a way out. Qt-free."""

from nnvis.hints.evidence import Evidence, LayerEvidence
from nnvis.hints.hint import Hint, Proposal
from nnvis.hints.rules import RULES, Rule, first_hint, rule_named

__all__ = ["RULES", "Evidence", "Hint", "LayerEvidence", "Proposal", "Rule", "first_hint", "rule_named"]
