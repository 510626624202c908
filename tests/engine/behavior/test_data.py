from pathlib import Path

import numpy as np

from engine.behavior.data import HEIGHT, JOINTS, STATES, WIDTH, behaviour, frames, write_recording


def test_the_same_seed_gives_the_same_recording() -> None:
    one, two, other = behaviour(4, 7), behaviour(4, 7), behaviour(4, 8)
    assert (one.joints == two.joints).all()
    assert not np.array_equal(one.joints, other.joints)
    assert all(np.array_equal(a, b) for a, b in zip(frames(one, 7), frames(two, 7), strict=True))


def test_bouts_last_as_long_as_behaviour_does() -> None:
    truth = behaviour(300, 0)
    changes = np.flatnonzero(np.diff(truth.state)) + 1
    bouts_s = np.diff([0, *changes]) / 30
    assert 0.6 < np.median(bouts_s) < 3.0
    assert bouts_s.min() >= 8 / 30 - 1e-9
    assert set(np.unique(truth.state)) == set(range(len(STATES)))


def test_joints_stay_in_the_frame_and_move_smoothly() -> None:
    joints = behaviour(60, 1).joints
    assert joints.shape == (1800, len(JOINTS), 2)
    assert (joints >= 0).all()
    assert (joints < (WIDTH, HEIGHT)).all()
    assert np.abs(np.diff(joints, axis=0)).max() < 20


def test_the_wheel_turns_only_while_walking() -> None:
    truth = behaviour(60, 1)
    turning = np.diff(truth.wheel) > 0
    walking = truth.state[1:] == STATES.index("walk")
    assert (turning == walking).all()


def test_the_video_holds_every_frame(tmp_path: Path) -> None:
    import av

    truth = write_recording(tmp_path / "a.mp4", seconds=2, seed=0)
    with av.open(str(tmp_path / "a.mp4")) as container:
        decoded = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(decoded) == len(truth.times_s) == 60
    for seen, drawn in zip(decoded, frames(truth, 0), strict=True):
        assert np.abs(seen.astype(int) - drawn).mean() < 6
