"""Arrays from NPZ, CSV and IDX files: brought to one form, and refused when they are anything but plain numbers."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.data import SOURCES, ArrayFile, Dataset, read_csv, read_npz
from core.data.arrays import as_images, as_labels
from core.errors import FileError
from core.hyper import from_dict

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 5, 5), np.uint8)
LABELS = np.arange(12) % 3


def load(path: Path, **values: object) -> Dataset:
    return ArrayFile(path=str(path), **values).load()


def npz(path: Path, **arrays: object) -> Path:
    np.savez_compressed(path, **arrays)
    return path


# NPZ


@settings(max_examples=40, deadline=None)
@given(
    array=npst.arrays(
        st.sampled_from([np.uint8, np.int64, np.float32, np.float64, bool, ">i4"]),
        npst.array_shapes(min_dims=0, min_side=0, max_side=4),
        elements=st.integers(0, 1),
    ),
    compressed=st.booleans(),
    fortran=st.booleans(),
)
def test_any_plain_array_comes_back(tmp_path_factory, array: np.ndarray, compressed: bool, fortran: bool) -> None:
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    (np.savez_compressed if compressed else np.savez)(path, a=np.array(array, order="F" if fortran else "C"), b=LABELS)
    arrays = read_npz(path)
    assert set(arrays) == {"a", "b"}
    np.testing.assert_array_equal(arrays["a"], array)
    assert arrays["a"].shape == array.shape
    assert arrays["a"].dtype.isnative


def test_keras_names_and_parts(tmp_path: Path) -> None:
    path = npz(tmp_path / "set.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:3], y_test=LABELS[:3])
    dataset = load(path)
    np.testing.assert_array_equal(dataset.x_train[..., 0], IMAGES)
    np.testing.assert_array_equal(dataset.y_test, LABELS[:3])
    assert dataset.title == "set"
    assert dataset.class_names == ("0", "1", "2")


def test_without_a_test_part_a_share_is_set_aside(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", images=IMAGES, labels=np.array(["cat", "dog", "owl"])[LABELS])
    dataset = load(path, test_share=0.5)
    assert dataset.class_names == ("cat", "dog", "owl")
    assert np.bincount(dataset.y_test).tolist() == [2, 2, 2]
    assert sorted(x.tobytes() for x in (*dataset.x_train, *dataset.x_test)) == sorted(x.tobytes() for x in IMAGES)
    again = load(path, test_share=0.5)
    np.testing.assert_array_equal(dataset.x_test, again.x_test)
    assert not np.array_equal(dataset.x_test, load(path, test_share=0.5, seed=1).x_test)


class Payload:
    def __reduce__(self):
        return Path.touch, (Path("executed"),)


def test_nothing_in_the_file_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("a.npz", x=np.array([Payload()], dtype=object), y=LABELS)
    with pytest.raises(FileError, match="Python objects are never read"):
        read_npz(tmp_path / "a.npz")
    with zipfile.ZipFile("b.npz", "w") as archive:
        archive.writestr("x.npy", pickle.dumps(Payload()))
    with pytest.raises(FileError, match="not a whole NPZ file"):
        read_npz(tmp_path / "b.npz")
    assert not Path("executed").exists()


def npy(shape: tuple[int, ...], data: bytes, dtype: str = "|u1", version: bytes = b"\1\0") -> bytes:
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header + data


def archive_of(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name + ".npy", content)
    return data.getvalue()


def doubled() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("x.npy", npy((2,), b"12"))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.npy", npy((2,), b"12"))
    return data.getvalue()


def lying_about_its_size() -> bytes:
    """The directory claims that a member unpacks to 900 MB."""
    data = bytearray(archive_of(x=npy((4,), b"1234")))
    entry = data.rindex(b"PK\1\2")
    data[entry + 24 : entry + 28] = struct.pack("<I", 900_000_000)
    return bytes(data)


HOSTILE = {
    "shorter than its header": (archive_of(x=npy((100,), b"1234")), "truncated or too long"),
    "longer than its header": (archive_of(x=npy((2,), b"1234")), "truncated or too long"),
    "shape of 2^63": (archive_of(x=npy((2**63, 2), b"1234")), "truncated or too long"),
    "negative shape": (archive_of(x=npy((-1, -4), b"1234")), "truncated or too long|whole NPZ"),
    "shape that is no number": (archive_of(x=npy(("a",), b"1234")), "whole NPZ"),
    "structured": (archive_of(x=npy((1,), b"1234", "|V4")), "not plain numbers"),
    "objects": (archive_of(x=npy((1,), b"12345678", "|O")), "Python objects"),
    "unknown version": (archive_of(x=npy((4,), b"1234", version=b"\7\0")), "unknown NPY version"),
    "long header": (archive_of(x=npy((1,) * 4000, b"1")), "whole NPZ"),
    "nested header": (archive_of(x=b"\x93NUMPY\1\0" + struct.pack("<H", 9000) + b"[" * 9000), "whole NPZ"),
    "no array": (archive_of(x=b"hello"), "whole NPZ"),
    "packed by bzip2": (archive_of(zipfile.ZIP_BZIP2, x=npy((4,), b"1234")), "NumPy does not use"),
    "a bomb": (archive_of(x=npy((4,), bytes(128 << 20))), "truncated or too long"),
    "lying about its size": (lying_about_its_size(), "not read"),
    "two of one name": (doubled(), "two arrays of one name"),
    "a thousand arrays": (archive_of(**{f"x{i}": b"" for i in range(1000)}), "too many arrays"),
    "no archive": (b"hello" * 100, "no directory"),
    "empty": (b"", "no directory"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused(tmp_path: Path, name: str) -> None:
    data, reason = HOSTILE[name]
    path = tmp_path / "a.npz"
    path.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(FileError, match=reason) as caught:
        read_npz(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(path) in str(caught.value)
    assert peak < 8 << 20


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_cut_off_or_damaged_anywhere_it_is_refused_or_right(tmp_path: Path, save) -> None:
    path = tmp_path / "a.npz"
    save(path, x=IMAGES[:1], y=LABELS[:1])
    whole = path.read_bytes()
    for length in range(len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError):
            read_npz(path)
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        try:
            arrays = read_npz(path)
        except FileError:
            continue
        assert any(np.array_equal(array, IMAGES[:1]) for array in arrays.values())


# CSV


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "labels", "names"),
    [
        ("label,a,b\n3,0,1\n4,2,255\n", ["3", "4"], ("a", "b")),
        ("a,b,Class\n0,1,3\n2,255,4\n", ["3", "4"], ("a", "b")),
        ("label,0,1\n3,0,1\n4,2,255\n", ["3", "4"], ("0", "1")),
        ("3,0,1\n4,2,255\n", ["3", "4"], ("column 2", "column 3")),
        ("3;0;1\r\n4;2;255", ["3", "4"], ("column 2", "column 3")),
        ("cat\t0\t1\ndog\t2\t255\n", ["cat", "dog"], ("column 2", "column 3")),
        ('kind,a,b\n"cat, big",0,1\n\ndog,2,255\n', ["cat, big", "dog"], ("a", "b")),
        ("\ufefflabel,a,b\n3,0,1\n4,2.0,2.55e2\n", ["3", "4"], ("a", "b")),
    ],
)
def test_tables_in_many_spellings(tmp_path: Path, text: str, labels: list[str], names: tuple[str, ...]) -> None:
    table = read_csv(write(tmp_path / "a.csv", text))
    np.testing.assert_array_equal(table.values, [[0, 1], [2, 255]])
    assert table.values.dtype == np.float32
    assert table.labels.tolist() == labels
    assert table.column_names == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("label,a\n", "at least one row"),
        ("label\n1\n2\n", "at least one row"),
        ("label,a\n1,nan\n", "not finite in row 2"),
        ("1,2\n1,3\n1,inf\n", "not finite in row 3"),
        ("label,a\n1,x\n", "not a table of numbers.*row 0"),
        ("label,a,b\n1,2,3\n1,2\n", "not a table of numbers"),
        ("label,a\n1,2,3\n1,2\n", "not a table of numbers"),
        ("label,a\n1,\n", "not a table of numbers"),
        ("label,a\n1,\0\n", "not a table of numbers"),
        ("a" * (1 << 22), "no table"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(FileError, match=reason) as caught:
        read_csv(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("data", [b"\xff\xfe1\x002\x00", b"label,a\n1,\xff\n", bytes(range(256)) * 10])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(FileError, match=r"not a text in UTF-8|not a table"):
        read_csv(tmp_path / "a.csv")


def test_images_in_rows(tmp_path: Path) -> None:
    rows = [",".join(map(str, [label, *image.ravel()])) for label, image in zip(LABELS + 8, IMAGES, strict=True)]
    path = write(tmp_path / "digits.csv", "\n".join(["label," + ",".join(f"p{i}" for i in range(25)), *rows]))
    dataset = load(path, test_share=0.0)
    np.testing.assert_array_equal(dataset.x_train[..., 0], IMAGES)
    assert dataset.class_names == ("8", "9", "10")  # as numbers, not as words
    np.testing.assert_array_equal(dataset.y_train, LABELS)
    with pytest.raises(FileError, match=r"24 numbers in a row are not a square image"):
        load(write(tmp_path / "b.csv", "\n".join(",".join(["1"] * 25) for _ in range(3))))


# IDX folders


def test_a_folder_with_idx_files(tmp_path: Path) -> None:
    for name, array in (("train", IMAGES), ("t10k", IMAGES[:3])):
        images = bytes([0, 0, 8, 3]) + struct.pack(">3I", *array.shape) + array.tobytes()
        labels = bytes([0, 0, 8, 1]) + struct.pack(">I", len(array)) + LABELS[: len(array)].astype(np.uint8).tobytes()
        (tmp_path / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(labels)
    dataset = load(tmp_path)
    np.testing.assert_array_equal(dataset.x_train[..., 0], IMAGES)
    np.testing.assert_array_equal(dataset.y_test, LABELS[:3])
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileError, match="no IDX file called t10k-labels"):
        load(tmp_path)


# What arrays mean


@pytest.mark.parametrize(
    ("array", "shape"),
    [
        (IMAGES, (12, 5, 5, 1)),
        (IMAGES.reshape(12, 25), (12, 5, 5, 1)),
        (IMAGES[..., None], (12, 5, 5, 1)),
        (IMAGES.astype(np.int32), (12, 5, 5, 1)),
        (IMAGES.astype(np.float64), (12, 5, 5, 1)),
        (IMAGES / 255, (12, 5, 5, 1)),
        ((IMAGES / 255).astype(np.float32)[:, None], (12, 5, 5, 1)),
        (np.stack([IMAGES] * 3, 3), (12, 5, 5, 3)),
        (np.stack([IMAGES] * 3, 1), (12, 5, 5, 3)),
    ],
)
def test_images_of_every_kind(array: np.ndarray, shape: tuple[int, ...]) -> None:
    images = as_images(array)
    assert images.shape == shape
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images[..., 0], IMAGES)


def test_black_and_white() -> None:
    assert np.unique(as_images(IMAGES > 100)).tolist() == [0, 255]


@pytest.mark.parametrize(
    "array",
    [
        IMAGES.astype(int) - 1,
        IMAGES.astype(int) * 2,
        np.where(IMAGES > 250, np.nan, 0.5),
        np.where(IMAGES > 250, np.inf, 0.5),
        IMAGES[0, 0],
        IMAGES.reshape(4, 3, 5, 5)[..., None],
        np.zeros((3, 5, 5, 4)),
        np.zeros((3, 0)),
        IMAGES.astype(complex),
        np.array([["a"]]),
    ],
)
def test_what_are_no_images(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"image|pixels"):
        as_images(array)


def test_labels_of_every_kind(tmp_path: Path) -> None:
    for labels in (LABELS, LABELS[:, None], LABELS.astype(float), LABELS.astype(np.uint8), np.eye(3)[LABELS]):
        path = npz(tmp_path / "a.npz", x=IMAGES, y=labels)
        np.testing.assert_array_equal(load(path, test_share=0.0).y_train, LABELS)
    several = np.eye(3, dtype=int)[LABELS]
    several[0] = 1
    dataset = load(npz(tmp_path / "a.npz", x=IMAGES, y=several), test_share=0.0)
    assert dataset.is_multi_label
    np.testing.assert_array_equal(dataset.y_train, several)


@pytest.mark.parametrize(
    "labels",
    [
        LABELS + 0.5,
        np.full(12, np.nan),
        np.full(12, np.inf),
        LABELS.astype(complex),
        np.zeros((12, 2, 2)),
        LABELS[:, None] * [2, 1],
    ],
)
def test_what_are_no_labels(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="labels must be"):
        as_labels(labels)


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"x": IMAGES, "y": LABELS[:5]}, "12 images but 5 labels"),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:2], "y_test": LABELS}, "2 images but 12 labels"),
        ({"x": IMAGES}, "Name the arrays"),
        ({"weights": IMAGES}, "holds weights"),
        ({"x": np.zeros((1100, 4)), "y": np.arange(1100)}, "1,100 different labels"),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:, :4], "y_test": LABELS}, "Bring them to one size"),
        ({"x_train": IMAGES, "y_train": np.eye(3)[LABELS], "x_test": IMAGES, "y_test": LABELS}, "test labels"),
    ],
)
def test_arrays_that_do_not_belong_together(tmp_path: Path, arrays: dict[str, np.ndarray], reason: str) -> None:
    with pytest.raises(FileError, match=reason) as caught:
        load(npz(tmp_path / "a.npz", **arrays))
    assert "a.npz" in str(caught.value)


def test_a_missing_path() -> None:
    for path in ("", "/nowhere/at/all.npz"):
        with pytest.raises(FileError, match="is missing"):
            ArrayFile(path=path).load()


def test_every_source_is_a_value_that_survives_json() -> None:
    for source in SOURCES:
        made = source(path="some/where") if "path" in {each.name for each in source.hypers()} else source()
        assert from_dict(SOURCES, made.to_dict(), "source") == made
        assert callable(made.load)
        assert source.title
        assert source.sentence.endswith(".")
