"""The checklist: all that the program this one grew from could do, and all 29 of its defects. Every line is a test.

A line without a function says in a sentence why it is not so here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.core import seed_capabilities as can
from tests.core import seed_defects as never


class Line(NamedTuple):
    """One line of the checklist."""

    number: str
    words: str
    check: Callable[..., Any] | None
    why_not: str = ""


CAPABILITIES = (
    # the core
    Line("C01", "a Sequential model of any depth whose sizes are wired by adding layers", can.sequential_of_any_depth),
    Line("C02", "any image is flattened; a wrong shape is refused with what to do",
         can.any_image_is_flattened_and_a_wrong_one_refused_in_words),
    Line("C03", "samples as column vectors (batch, neurons, 1)", None,
         "samples are rows (batch, units), as in Keras: one large matrix product instead of many small ones"),
    Line("C04", "forward, backward, gradients and update are separate steps",
         can.each_step_of_an_update_can_be_taken_alone),
    Line("C05", "z, a, delta, dW and db stay on the layer", can.layers_keep_what_they_computed),
    Line("C06", "weights move only after the whole backward pass",
         can.weights_move_only_when_the_whole_backward_pass_is_done),
    Line("C07", "each activation has its full Jacobian, and is looked up by name",
         can.activations_have_their_full_jacobian_and_are_found_by_name),
    Line("C08", "sigmoid, tanh and softmax are safe from overflow", can.sigmoid_tanh_and_softmax_overflow_nowhere),
    Line("C09", "losses for one class, several labels and numbers",
         can.losses_for_one_class_for_several_labels_and_for_numbers),
    Line("C10", "cross-entropy with its general error, Jacobian times gradient",
         can.cross_entropy_is_finite_and_its_general_gradient_goes_through_the_jacobian),
    Line("C11", "the shortcut a - y only behind softmax", can.the_shortcut_is_taken_only_where_it_is_right),
    Line("C12", "one interface for optimizers, and SGD", can.optimizers_have_one_interface),
    Line("C13", "costs per step, a history, and whether it was trained",
         can.a_run_is_recorded_batch_by_batch_and_epoch_by_epoch),
    Line("C14", "fit with progress, evaluate, a train step, a validation step",
         can.fit_reports_and_single_batches_can_be_trained_and_tested),
    Line("C15", "names for shapes in the types", can.shapes_and_arrays_have_names_in_the_types),
    # metrics
    Line("C16", "streaming metrics, defined where nothing was answered",
         can.metrics_are_streaming_and_defined_where_nothing_was_answered),
    Line("C17", "a threshold, or the largest output", can.outputs_are_cut_at_a_threshold_or_the_largest_answers),
    # data
    Line("C18", "folders of classes, four formats, grey or colours, resized, in lazy batches with the last short one",
         can.folders_of_classes_become_batches),
    Line("C19", "several labels by the same file name", can.one_file_in_several_folders_has_several_labels),
    Line("C20", "random splits with a seed; a test folder of its own",
         can.splits_are_seeded_and_a_test_folder_is_kept_apart),
    Line("C21", "looping for ever", can.batches_come_again_and_again),
    # jobs
    Line("C22", "a command with a typed, checked configuration file", can.a_file_describes_a_job_and_is_checked),
    Line("C23", "the job train, evaluate, benchmark against TensorFlow", None,
         "`nnvis train` trains and evaluates; the benchmark (`make bench`) is against PyTorch, which runs everywhere"),
    Line("C24", "how long it took", can.epochs_are_timed),
    Line("C25", "a root logger", None, "a library prints nothing unasked: events are yielded, the window keeps a log"),
    Line("C26", "MNIST by a few lines of Python", can.mnist_is_trained_by_a_few_lines),
    # tests and teaching
    Line("C27", "a 3-2-2 network worked out by hand", can.a_network_worked_out_by_hand),
    Line("C28", "a brute-force gradient check", can.gradients_agree_with_differences),
    Line("C29", "the simplified and the general delta agree", can.the_simplified_and_the_general_delta_agree),
    Line("C30", "a batch is its samples one by one", can.a_batch_is_the_same_as_its_samples_one_by_one),
    Line("C31", "the theory: BP1 to BP4, losses, activations, Jacobians", can.the_theory_has_a_page_for_every_step),
)  # fmt: skip

DEFECTS = (
    Line("D01", "accuracy counted one against the rest: chance scored 0.82",
         never.defect_01_accuracy_is_not_counted_one_against_the_rest),
    Line("D02", "equal outputs counted as several answers", never.defect_02_equal_outputs_are_not_several_answers),
    Line("D03", "only one average, whatever was asked for",
         never.defect_03_each_average_is_another_number_and_no_other_is_accepted),
    Line("D04", "predict did nothing; no way to classify or to save", never.defect_04_predict_predicts),
    Line("D05", "grey of a coloured file was an error, RGBA kept four channels",
         never.defect_05_every_picture_becomes_grey_or_coloured_as_asked),
    Line("D06", "resizing dropped the channel of grey pictures",
         never.defect_06_a_grey_picture_keeps_its_channel_when_it_is_resized),
    Line("D07", "height and width were swapped", never.defect_07_height_is_height_and_width_is_width),
    Line("D08", "several labels never worked; a label of 0 had no gradient",
         never.defect_08_a_sample_may_have_several_labels_and_a_label_of_0_has_its_gradient),
    Line("D09", "regression was accepted and had no loss", never.defect_09_regression_has_losses_and_trains),
    Line("D10", "classes were numbered differently in training and test",
         never.defect_10_classes_have_the_same_number_in_training_and_test),
    Line("D11", "the order was never new",
         never.defect_11_and_12_the_order_is_new_each_epoch_and_the_same_for_the_same_seed),
    Line("D12", "the seed did not decide the split", can.splits_are_seeded_and_a_test_folder_is_kept_apart),
    Line("D13", "looping for ever ended after the first epoch", never.defect_13_every_epoch_is_whole),
    Line("D14", ".PNG was ignored; every picture decoded anew each epoch",
         never.defect_14_pictures_are_found_in_any_spelling_and_decoded_once),
    Line("D15", "softmax subtracted the largest of the whole batch",
         never.defect_15_softmax_subtracts_the_largest_score_of_each_row),
    Line("D16", "a layer of one unit was an error", never.defect_16_a_layer_may_have_a_single_unit),
    Line("D17", "full Jacobians for element-wise activations",
         never.defect_17_element_wise_activations_need_no_jacobian_to_train),
    Line("D18", "weights without scaling, random biases",
         never.defect_18_signals_neither_fade_nor_explode_through_ten_layers),
    Line("D19", "minus infinity where an output is 0", never.defect_19_a_probability_of_0_gives_no_infinite_gradient),
    Line("D20", "histories with an entry for every line of the log",
         never.defect_20_what_belongs_to_an_epoch_comes_once_an_epoch),
    Line("D21", "running averages shown beside true measurements",
         never.defect_21_a_running_average_is_not_passed_off_as_a_measurement),
    Line("D22", "metrics that were not those of the loss",
         never.defect_22_the_loss_that_is_reported_is_the_loss_of_the_model),
    Line("D23", "a benchmark of two different networks", never.defect_23_the_benchmark_compares_the_same_network),
    Line("D24", "factories that made everything at once; an error that was never raised",
         never.defect_24_catalogues_hold_classes_and_unknown_names_raise),
    Line("D25", "TensorFlow needed to start; for Windows alone",
         never.defect_25_the_core_needs_no_framework_and_no_windows),
    Line("D26", "a gradient check that could not run, one-sided, without biases",
         never.defect_26_the_gradient_check_runs_is_central_and_looks_at_biases),
    Line("D27", "a decorator swallowed results; lists grew without end",
         never.defect_27_what_is_called_gives_its_result_and_nothing_grows),
    Line("D28", "double precision, no dropout, no momentum, splits by chance",
         never.defect_28_float32_with_dropout_momentum_and_a_stratified_split),
    Line("D29", "MNIST by hand, as 70,000 files", never.defect_29_mnist_needs_no_network_and_no_other_program),
)  # fmt: skip
CHECKLIST = (*CAPABILITIES, *DEFECTS)


@pytest.mark.parametrize("line", CHECKLIST, ids=lambda line: f"{line.number} {line.words}")
def test_line(line: Line, tmp_path: Path) -> None:
    if line.check is None:
        assert "\n" not in line.why_not
        pytest.skip(line.why_not)
    line.check(*([tmp_path] if inspect.signature(line.check).parameters else []))


def test_every_line_is_there_once_and_nothing_is_forgotten() -> None:
    assert [line.number for line in DEFECTS] == [f"D{number:02}" for number in range(1, 30)]
    assert [line.number for line in CAPABILITIES] == [f"C{number:02}" for number in range(1, len(CAPABILITIES) + 1)]
    assert all((line.check is None) == bool(line.why_not) for line in CHECKLIST)
    used = {line.check for line in CHECKLIST}
    written = {
        function for module, beginning in ((can, ""), (never, "defect_")) for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and name.startswith(beginning)
    }  # fmt: skip
    assert written <= used
