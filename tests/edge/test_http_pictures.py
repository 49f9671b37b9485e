"""Pictures asked for one by one from a real server on loopback."""

import logging
import time
from datetime import UTC, datetime

import pytest

from edge.errors import CameraLost, ClockUnset
from edge.vision.http_pictures import Address, HttpPictures
from tests.edge.clips import number_of
from tests.edge.picture_camera import PASSWORD, USER, PictureCamera, picture_camera
from tests.edge.test_camera import camera_on, frames
from tests.edge.waiting import wait_until


def source(camera: PictureCamera, path: str = "/snap.jpg") -> str:
    return f"http://{USER}:{PASSWORD}@{camera.host}{path}"


@pytest.mark.parametrize("login", ["", "basic", "MD5", "SHA-256"])
def test_each_request_is_a_new_picture_whatever_the_login(login: str):
    with picture_camera(login) as server, camera_on(source(server), single_pictures=True) as (camera, health):
        seen = frames(camera, 4)
        assert health.status().state == "ok"
    numbers = [number_of(frame.image) for frame in seen]
    assert numbers == sorted(set(numbers))


def test_pictures_are_asked_for_as_often_as_configured():
    with picture_camera() as server, camera_on(source(server), single_pictures=True, fps=4) as (camera, _health):
        seen = frames(camera, 6)
        assert server.pictures <= 8
    assert seen[-1].at_s - seen[0].at_s == pytest.approx(5 / 4, abs=0.5)


@pytest.mark.parametrize("login", ["basic", "MD5", "SHA-256"])
def test_a_wrong_password_is_told_without_it_and_without_a_storm(login: str, caplog: pytest.LogCaptureFixture):
    with picture_camera(login) as server:
        wrong = f"http://{USER}:wr0ng@{server.host}/snap.jpg"
        with caplog.at_level(logging.DEBUG), camera_on(wrong, single_pictures=True) as (_camera, health):
            wait_until(lambda: health.status().cause == "picture_missing")
            problem = health.status().problem
        assert len(server.asked) < 20
    assert problem == f"http://***@{server.host}/snap.jpg answers 401: check the user and password in its address"
    assert "wr0ng" not in caplog.text


@pytest.mark.parametrize(
    ("mood", "path", "told"),
    [
        ("well", "/other.jpg", "answers 404: check the path of its address"),
        ("busy", "/snap.jpg", "answers 503: it is asked again"),
        ("page", "/snap.jpg", "is no picture; check the address in a browser"),
        ("empty", "/snap.jpg", "is no picture; check the address in a browser"),
        ("silent", "/snap.jpg", "gave no picture in 1 s"),
        ("dripping", "/snap.jpg", "gave no picture in 1 s"),
        ("streaming", "/snap.jpg", "set single_pictures = false"),
    ],
)
def test_what_goes_wrong_is_a_sentence(mood: str, path: str, told: str):
    with picture_camera("MD5", mood) as server:
        pictures = HttpPictures(source(server, path), "the camera", 5 if mood == "streaming" else 1)
        began_s = time.monotonic()
        with pytest.raises(CameraLost, match=told):
            pictures.grab() and pictures.retrieve()
        assert time.monotonic() - began_s < 8
        server.mood = "well"


def test_nobody_there_is_a_sentence():
    with picture_camera() as server:
        gone = server.host
    with pytest.raises(CameraLost, match=r"can't be reached \(Connection refused\); check the camera and its address"):
        HttpPictures(f"http://{gone}/snap.jpg", "the camera", 1).grab()


def test_a_camera_that_hangs_is_asked_again_until_it_answers():
    with (
        picture_camera() as server,
        camera_on(source(server), single_pictures=True, read_timeout_s=1) as (camera, health),
    ):
        last = frames(camera, 2)[-1]
        server.mood = "silent"
        wait_until(lambda: health.status().state == "silent", most_s=20)
        server.mood = "well"
        assert camera.next_frame(last.number + 2, 20) is not None
        wait_until(lambda: health.status().state == "ok")


def test_a_camera_is_well_and_told_so_only_while_the_clock_is_set():
    unset = True

    def clock() -> datetime:
        if unset:
            raise ClockUnset("the clock says 1970")
        return datetime.now(UTC)

    with picture_camera() as server, camera_on(source(server), clock, single_pictures=True) as (camera, health):
        wait_until(lambda: server.pictures > 5)
        states = set()
        for _look in range(50):
            states.add((health.status().state, health.status().cause))
            time.sleep(0.01)
        assert states == {("silent", "clock_unset")}
        assert camera.next_frame(0, 0.1) is None
        unset = False
        assert camera.next_frame(0, 10) is not None
        assert health.status().state == "ok"


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("http://10.0.0.2/a.jpg", Address("http://10.0.0.2/a.jpg", "", "")),
        ("http://u:p@10.0.0.2/a.jpg", Address("http://10.0.0.2/a.jpg", "u", "p")),
        ("http://u:p@ss/w@10.0.0.2/a.jpg", Address("http://10.0.0.2/a.jpg", "u", "p@ss/w")),
        ("http://u:p/w@10.0.0.2:80/a.jpg", Address("http://10.0.0.2:80/a.jpg", "u", "p/w")),
        ("https://u:p%40ss@cam/a.jpg?x=1", Address("https://cam/a.jpg?x=1", "u", "p@ss")),
        ("http://u@10.0.0.2/a.jpg", Address("http://10.0.0.2/a.jpg", "u", "")),
        ("http://10.0.0.2:8080/a@b.jpg", Address("http://10.0.0.2:8080/a@b.jpg", "", "")),
        ("http://cam/a@b.jpg", Address("http://cam/a@b.jpg", "", "")),
    ],
)
def test_an_address_is_split_from_its_login(told: str, address: Address):
    assert Address.of(told) == address
