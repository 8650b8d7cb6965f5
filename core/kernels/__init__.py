"""Kernels: faster ways to run several layers at once. The layers' files stay the definition; tests hold these to it."""

from core.kernels.conv_relu_pool import ConvReluPool
from core.kernels.dense import DenseKernel
from core.kernels.softmax_crossentropy import SoftmaxCrossentropy
from core.kernels.steps import Step, plan
from core.kernels.training_pass import TrainingPass

__all__ = ["ConvReluPool", "DenseKernel", "SoftmaxCrossentropy", "Step", "TrainingPass", "plan"]
