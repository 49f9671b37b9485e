from pathlib import Path

import pytest

from cloud.config import CloudConfig, load_config
from cloud.errors import BadConfig


def written(folder: Path, text: str) -> Path:
    path = folder / "cloud.toml"
    path.write_text(text)
    return path


def test_defaults_listen_on_loopback_only_and_hold_no_password():
    config = load_config(None, {})
    assert config.http.host == "127.0.0.1"
    assert config.broker.password is None
    assert config.time_zone == "Asia/Shanghai"


def test_environment_overrides_the_file(tmp_path: Path):
    path = written(tmp_path, 'data_dir = "a"\n[http]\nport = 1\nhost = "::1"\n')
    config = load_config(
        path,
        {
            "HENWISE_DATA_DIR": "b",
            "HENWISE_HTTP_PORT": "2",
            "HENWISE_HTTP_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
            "HENWISE_BROKER_PASSWORD": "from the environment",
            "HENWISE_PICTURES_KEEP_PER_CAMERA": "7",
            "PATH": "ignored",
        },
    )
    assert (config.data_dir, config.http.port, config.http.host) == (Path("b"), 2, "::1")
    assert config.http.trusted_proxies == ["10.0.0.1", "10.0.0.2"]
    assert config.broker.password is not None
    assert config.broker.password.get_secret_value() == "from the environment"
    assert config.pictures.keep_per_camera == 7
    assert "from the environment" not in repr(config)


@pytest.mark.parametrize(
    ("text", "environment", "words"),
    [
        ("[http]\nprot = 1\n", {}, ["http.prot is not a setting", "port"]),
        ("colour = 1\n", {}, ["colour is not a setting", "data_dir"]),
        ("[http]\nport = 70000\n", {}, ["http.port", "65535"]),
        ('time_zone = "Mars"\n', {}, ["time_zone", "Asia/Shanghai"]),
        ("http = 3\n", {"HENWISE_HTTP_PORT": "1"}, ["http must be a table"]),
        ("[http\n", {}, ["is not TOML", "line 1"]),
        ("a = " + "[" * 5_000 + "]" * 5_000, {}, ["nested too deeply"]),
        ("", {"HENWISE_HTTP_PROT": "1"}, ["HENWISE_HTTP_PROT", "port"]),
        ("", {"HENWISE_BROKER_PORT": "many"}, ["broker.port", "integer"]),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, environment: dict[str, str], words: list[str]):
    with pytest.raises(BadConfig) as refused:
        load_config(written(tmp_path, text), environment)
    assert all(word in str(refused.value) for word in words), str(refused.value)


def test_a_file_saved_by_an_editor_on_windows_is_read(tmp_path: Path):
    assert load_config(written(tmp_path, "\ufeff[http]\r\nport = 9\r\n"), {}).http.port == 9


def test_a_missing_file_is_a_sentence(tmp_path: Path):
    with pytest.raises(BadConfig, match=r"none\.toml can't be read: No such file"):
        load_config(tmp_path / "none.toml", {})


def test_every_setting_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "cloud-config.md").read_text()
    for name, field in CloudConfig.model_fields.items():
        section = getattr(field.annotation, "model_fields", None)
        for key in section or [name]:
            assert f"`{key}`" in text, f"docs/cloud-config.md does not speak of {name}.{key}"
