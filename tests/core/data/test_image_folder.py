"""Image folders: the right labels for every picture, split and sorted reproducibly, and a list of what was left out."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import core.data.image_folder
from core.data import Dataset, ImageDataGenerator, ImageFolder, Scaling
from core.data.augmentation import Augmentation
from core.data.storage import empty_images, physical_memory, too_large
from core.errors import ConfigError, FileError
from core.hyper import from_dict


def put(root: Path, name: str, value: int, size: tuple[int, int] = (4, 6)) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(size, value, np.uint8)).save(path)
    return path


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    """20 cats of grey 10 ... 29 and 10 dogs of grey 100 ... 109."""
    for number in range(20):
        put(tmp_path, f"cat/{number:02}.png", 10 + number)
    for number in range(10):
        put(tmp_path, f"dog/{number:02}.png", 100 + number)
    return tmp_path


def folder(path: Path, **values: object) -> ImageFolder:
    return ImageFolder(path=str(path), height=4, width=6, **values)


def greys(images: np.ndarray) -> list[int]:
    return images[:, 0, 0, 0].tolist()


def test_classes_split_and_shapes(animals: Path) -> None:
    dataset = folder(animals).load()
    assert dataset.class_names == ("cat", "dog")
    assert dataset.input_shape == (4, 6, 1)
    assert dataset.title == animals.name
    assert dataset.skipped == ()
    assert np.bincount(dataset.y_train).tolist() == [16, 8]
    assert np.bincount(dataset.y_test).tolist() == [4, 2]
    for x, y in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        np.testing.assert_array_equal(y, np.array(greys(x)) >= 100)
    assert sorted(greys(dataset.x_train) + greys(dataset.x_test)) == [*range(10, 30), *range(100, 110)]


def test_the_seed_decides_what_is_kept_for_the_test(animals: Path) -> None:
    first, again, other = (greys(folder(animals, seed=seed).load().x_test) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_train_and_test_folders_share_sorted_classes(tmp_path: Path) -> None:
    for name, value in {"Train/b": 1, "Train/c": 2, "Train/10": 3, "TEST/c": 4, "TEST/a": 5}.items():
        put(tmp_path, f"{name}/x.png", value)
    put(tmp_path, "validation/a/y.png", 9)
    dataset = folder(tmp_path).load()
    assert dataset.class_names == ("10", "a", "b", "c")
    assert list(zip(greys(dataset.x_train), dataset.y_train, strict=True)) == [(3, 0), (1, 2), (2, 3)]
    assert list(zip(greys(dataset.x_test), dataset.y_test, strict=True)) == [(5, 1), (4, 3)]
    assert [each.path for each in dataset.skipped] == ["validation"]


def test_the_order_in_which_files_were_made_does_not_matter(tmp_path: Path) -> None:
    for order, root in ((range(6), tmp_path / "up"), (reversed(range(6)), tmp_path / "down")):
        for number in order:
            put(root, f"{'ab'[number % 2]}/{number}.png", number)
    up, down = (folder(tmp_path / name, test_share=0.0).load() for name in ("up", "down"))
    assert greys(up.x_train) == greys(down.x_train) == [0, 2, 4, 1, 3, 5]


def test_any_size_kind_and_depth_comes_to_the_form(tmp_path: Path) -> None:
    put(tmp_path, "a/wide.PNG", 5, (10, 200))
    put(tmp_path, "a/within/further/tall.Jpg", 5, (300, 20))
    put(tmp_path, "a/x.gif", 5, (1, 1))
    Image.new("CMYK", (8, 8)).save(tmp_path / "a" / "cmyk.jpeg")
    for mode, channels in (("grayscale", 1), ("rgb", 3)):
        dataset = ImageFolder(path=str(tmp_path), height=64, width=32, color_mode=mode, test_share=0.0).load()
        assert dataset.x_train.shape == (4, 64, 32, channels)
        assert dataset.skipped == ()


def test_what_cannot_be_read_is_left_out_and_listed(animals: Path) -> None:
    """One picture in twenty is broken, and there is other stuff around."""
    (animals / "cat" / "05.png").write_bytes(b"")
    (animals / "dog" / "03.png").write_bytes(b"no picture")
    whole = (animals / "dog" / "07.png").read_bytes()
    noise = np.random.default_rng(0).integers(0, 256, (20, 20), np.uint8)
    Image.fromarray(noise).save(animals / "dog" / "07.png")
    (animals / "dog" / "07.png").write_bytes((animals / "dog" / "07.png").read_bytes()[:200])
    (animals / "cat" / "notes.txt").write_text("hello")
    (animals / "stray.png").write_bytes(whole)
    for hidden in (".DS_Store", "cat/.thumbnail.png", ".git/x.png", "__MACOSX/cat/._00.png"):
        (animals / hidden).parent.mkdir(parents=True, exist_ok=True)
        (animals / hidden).write_bytes(b"hidden")
    dataset = folder(animals).load()
    reasons = {each.path: each.reason for each in dataset.skipped}
    assert set(reasons) == {"cat/05.png", "dog/03.png", "dog/07.png", "cat/notes.txt", "stray.png"}
    assert reasons["cat/05.png"] == "is empty."
    assert "not a picture" in reasons["dog/03.png"]
    assert "damaged" in reasons["dog/07.png"]
    assert reasons["cat/notes.txt"] == "has no ending of a picture"
    assert reasons["stray.png"] == "is not in a class folder"
    assert len(dataset.x_train) + len(dataset.x_test) == 27
    for x, y in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        np.testing.assert_array_equal(y, np.array(greys(x)) >= 100)
    assert dataset.class_names == ("cat", "dog")


def test_many_gaps_close_rightly(tmp_path: Path) -> None:
    for number in range(200):
        path = put(tmp_path, f"{'ab'[number % 2]}/{number:03}.png", number)
        if number % 3 == 1:
            path.write_bytes(b"broken")
    dataset = folder(tmp_path, test_share=0.0).load()
    expected = [n for n in (*range(0, 200, 2), *range(1, 200, 2)) if n % 3 != 1]
    assert greys(dataset.x_train) == expected
    np.testing.assert_array_equal(dataset.y_train, np.array(expected) % 2)
    assert len(dataset.skipped) == 200 - len(expected)


def test_the_same_file_in_several_folders_is_one_image_with_several_labels(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", 1)
    put(tmp_path, "cat/2.png", 2)
    put(tmp_path, "dog/2.png", 2)
    put(tmp_path, "night/2.png", 2)
    put(tmp_path, "dog/3.png", 3)
    dataset = folder(tmp_path, test_share=0.0).load()
    assert dataset.is_multi_label
    assert greys(dataset.x_train) == [1, 2, 3]
    assert dataset.y_train.tolist() == [[1, 0, 0], [1, 1, 1], [0, 1, 0]]
    single = folder(tmp_path, test_share=0.0, label_mode="single").load()
    assert single.y_train.tolist() == [0, 0, 1, 1, 2]


def test_different_pictures_of_one_name_are_not_one_image(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", 1)
    put(tmp_path, "dog/1.png", 2)
    dataset = folder(tmp_path, test_share=0.0).load()
    assert dataset.y_train.tolist() == [0, 1]
    multi = folder(tmp_path, test_share=0.0, label_mode="multi").load()
    assert multi.y_train.tolist() == [[1, 1]]


def test_a_multi_label_set_is_split_by_combination(tmp_path: Path) -> None:
    for number in range(20):
        put(tmp_path, f"cat/{number:02}.png", number)
        if number < 10:
            put(tmp_path, f"dog/{number:02}.png", number)
    dataset = folder(tmp_path, test_share=0.5).load()
    for y in (dataset.y_train, dataset.y_test):
        assert sorted(map(tuple, y.tolist())) == [(1, 0)] * 5 + [(1, 1)] * 5


def test_progress_counts_to_the_end_and_can_stop_the_import(animals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.data.image_folder, "BLOCK", 4)
    seen: list[tuple[int, int]] = []
    folder(animals).load(lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == [4, 8, 12, 16, 20, 24, 28, 30]
    assert {total for _, total in seen} == {30}

    def cancel(done: int, total: int) -> None:
        if done >= 8:
            raise InterruptedError("the user has seen enough")

    with pytest.raises(InterruptedError, match="seen enough"):
        folder(animals).load(cancel)


@pytest.mark.parametrize("problem", ["nothing given", "missing", "a file", "empty", "no pictures", "all broken"])
def test_a_folder_without_pictures_says_what_to_do(tmp_path: Path, problem: str) -> None:
    path = str(tmp_path / "set")
    if problem not in ("missing", "a file"):
        (tmp_path / "set" / "cat").mkdir(parents=True)
    if problem == "nothing given":
        path = ""
    elif problem == "a file":
        (tmp_path / "set").write_text("hello")
    elif problem == "no pictures":
        (tmp_path / "set" / "cat" / "a.txt").write_text("hello")
    elif problem == "all broken":
        (tmp_path / "set" / "cat" / "a.png").write_text("hello")
    expected = {
        "empty": "Make one folder per class", "no pictures": r"per class.*cat/a\.txt has no ending",
        "all broken": r"no readable picture.*cat/a\.png is not a picture",
    }  # fmt: skip
    with pytest.raises(FileError, match=expected.get(problem, "Choose the one that holds the class folders")):
        ImageFolder(path=path).load()


def test_links_in_circles_and_names_that_are_no_text(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", 1)
    try:
        (tmp_path / "cat" / "round").symlink_to(tmp_path)
        (tmp_path / "cat" / "1.png").rename(os.fsdecode(os.fsencode(tmp_path) + b"/cat/\xff\xfe.png"))
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/cat/\xfa.png")).write_bytes(b"broken")
    except (OSError, NotImplementedError, UnicodeError):
        pytest.skip("the file system has no links or no such names")
    dataset = folder(tmp_path, test_share=0.0).load()
    assert greys(dataset.x_train) == [1]
    assert [each.path for each in dataset.skipped] == ["cat/\ufffd.png"]


def test_too_many_images_for_the_memory_lie_in_a_file(animals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = folder(animals).load()
    monkeypatch.setattr(core.data.storage, "physical_memory", lambda: 30 * 24 * 4 - 1)
    dataset = folder(animals).load()
    assert isinstance(dataset.x_train, np.memmap)
    np.testing.assert_array_equal(dataset.x_train, in_memory.x_train)
    np.testing.assert_array_equal(dataset.x_test, in_memory.x_test)
    monkeypatch.setattr(core.data.storage, "physical_memory", lambda: 30 * 24 * 4)
    assert not isinstance(folder(animals).load().x_train, np.memmap)


def test_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    assert physical_memory() > 1 << 28
    assert too_large(1 << 40, (28, 28, 1))
    assert not too_large(10, (28, 28, 1))
    room = empty_images(3, (4, 5, 1), on_disk=True)
    room[1] = 7
    assert room.sum() == 140
    if hasattr(os, "posix_fallocate"):
        with pytest.raises(FileError, match=r"GB on the disk at .*Free some room"):
            empty_images(1 << 40, (28, 28, 1), on_disk=True)


def test_it_is_a_value_that_survives_json(tmp_path: Path) -> None:
    source = ImageFolder(path=str(tmp_path), height=12, color_mode="rgb", fit="pad")
    assert from_dict((ImageFolder,), source.to_dict(), "source") == source
    with pytest.raises(ConfigError, match="color_mode"):
        ImageFolder(color_mode="cmyk")


# ImageDataGenerator


def test_batches_are_shuffled_anew_with_a_short_last_one(animals: Path) -> None:
    generator = ImageDataGenerator.from_directory(
        animals, height=4, width=6, batch_size=5, validation_share=0.25, seed=3
    )
    assert (len(generator.train), len(generator.validation), len(generator.test)) == (4, 2, 2)
    epochs = [list(generator.train) for _ in range(2)]
    for epoch in epochs:
        assert [len(x) for x, _ in epoch] == [5, 5, 5, 3]
        assert all(x.dtype == np.float32 and x.shape[1:] == (4, 6, 1) for x, _ in epoch)
    first, second = (np.concatenate([x[:, 0, 0, 0] for x, _ in epoch]) for epoch in epochs)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(np.sort(first), np.sort(second))
    for x, y in epochs[0] + list(generator.validation) + list(generator.test):
        np.testing.assert_array_equal(y, x[:, 0, 0, 0] * 255 >= 99.5)
    np.testing.assert_array_equal(next(iter(generator.test))[0], next(iter(generator.test))[0])
    everything = [x[:, 0, 0, 0] for part in (generator.train, generator.validation, generator.test) for x, _ in part]
    assert np.rint(np.sort(np.concatenate(everything)) * 255).tolist() == [*range(10, 30), *range(100, 110)]


def toy() -> Dataset:
    images = np.random.default_rng(0).integers(0, 256, (40, 6, 6, 1), np.uint8)
    labels = np.arange(40) % 4
    return Dataset("toy", "Toy", images, labels, images[:8], labels[:8], tuple("abcd"))


def test_the_seed_decides_everything_and_only_training_is_augmented() -> None:
    options = {"batch_size": 8, "scaling": Scaling(0.5, 0.25)}
    augmentation = Augmentation(rotation_range=30, noise_std=0.1)
    first, again, other, plain = (
        ImageDataGenerator(toy(), seed=seed, augmentation=each, **options)
        for seed, each in ((1, augmentation), (1, augmentation), (2, augmentation), (1, None))
    )
    batches = [np.concatenate([x for x, _ in generator.train]) for generator in (first, again, other, plain)]
    np.testing.assert_array_equal(batches[0], batches[1])
    assert not np.array_equal(batches[0], batches[2])
    assert not np.array_equal(batches[0], batches[3])
    for part in ("validation", "test"):
        varied, unvaried = (np.concatenate([x for x, _ in getattr(each, part)]) for each in (first, plain))
        np.testing.assert_array_equal(varied, unvaried)
    np.testing.assert_allclose(np.concatenate([x for x, _ in plain.test]), (toy().x_test / 255 - 0.5) * 4, atol=1e-5)
    assert np.bincount(first.validation.labels).tolist() == [1, 1, 1, 1]


def test_a_batch_may_be_changed_by_who_gets_it() -> None:
    dataset = toy()
    for x, _ in ImageDataGenerator(dataset).train:
        x[:] = -1
    assert dataset.x_train.max() > 0
    with pytest.raises(ConfigError, match="at least 1"):
        ImageDataGenerator(dataset, batch_size=0)
