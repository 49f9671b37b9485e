"""Pictures in a bucket of S3-compatible storage, through boto3.

Pages never see the storage: a picture is streamed through the service, which knows who may see it. The checksum that
every such storage knows, Content-MD5, goes with each picture, so that a damaged one is refused.
"""

import base64
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, Final, TypeVar

from cloud.config import BucketConfig
from cloud.errors import CannotStart, StoreUnavailable
from cloud.store.media import Key
from cloud.store.secret import secret_in

T = TypeVar("T")

log = logging.getLogger(__name__)

AT_ONCE: Final = 8
"""Pictures under way together: each waits for the network, hardly for us."""


class BucketMedia:
    """A ``Media`` in a bucket; nothing is asked of it before ``open()``.

    Args:
        bucket: its name.
        config: where it is and how to get in.
    """

    def __init__(self, bucket: str, config: BucketConfig) -> None:
        self._bucket = bucket
        self._config = config
        self._client: Any = None

    def open(self) -> None:
        """Look whether the bucket is there and ours.

        Raises:
            CannotStart: it is not, or boto3 is missing.
        """
        self._client = _client(self._config)
        try:
            with _translated(self._bucket):
                self._client.head_bucket(Bucket=self._bucket)
        except StoreUnavailable as error:
            status = _status_of(error.__cause__)
            if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise CannotStart(
                    f"bucket.name: {self._bucket!r} can't be used (HTTP {status}): make it, or mend endpoint and keys"
                ) from error
            log.warning("%s; pictures wait until it is back", error)

    def write(self, pictures: Iterable[tuple[Key, bytes]]) -> None:
        """Keep pictures; see ``Media.write``."""
        self._each(self._write, pictures)

    def read(self, key: Key) -> bytes | None:
        """Return a picture; see ``Media.read``."""
        try:
            with _translated(self._bucket):
                answer = self._opened().get_object(Bucket=self._bucket, Key=self._name(key.path))
                return bytes(answer["Body"].read())
        except StoreUnavailable as error:
            if _status_of(error.__cause__) == HTTPStatus.NOT_FOUND:
                return None
            raise

    def remove(self, keys: Iterable[Key]) -> None:
        """Delete pictures; see ``Media.remove``."""
        self._each(self._remove, keys)

    def paths(self) -> Iterator[PurePath]:
        """List where all pictures are; see ``Media.paths``."""
        pages = self._opened().get_paginator("list_objects_v2")
        with _translated(self._bucket):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._config.prefix):
                for found in page.get("Contents", ()):
                    yield PurePath(found["Key"].removeprefix(self._config.prefix))

    def _write(self, picture: tuple[Key, bytes]) -> None:
        key, jpeg = picture
        checksum = base64.b64encode(hashlib.md5(jpeg, usedforsecurity=False).digest()).decode()
        with _translated(self._bucket):
            self._opened().put_object(
                Bucket=self._bucket,
                Key=self._name(key.path),
                Body=jpeg,
                ContentType="image/jpeg",
                ContentMD5=checksum,
            )

    def _remove(self, key: Key) -> None:
        with _translated(self._bucket):
            self._opened().delete_object(Bucket=self._bucket, Key=self._name(key.path))

    @staticmethod
    def _each(work: Callable[[T], None], items: Iterable[T]) -> None:
        listed = list(items)
        if len(listed) > 1:
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures") as pool:
                list(pool.map(work, listed))
        elif listed:
            work(listed[0])

    def _name(self, path: PurePath) -> str:
        return self._config.prefix + path.as_posix()

    def _opened(self) -> Any:
        if self._client is None:
            raise StoreUnavailable(f"bucket {self._bucket} is not open")
        return self._client


def _client(config: BucketConfig) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise CannotStart("pictures in a bucket need boto3: pip install 'henwise[cloud,s3]'") from error
    secret = _secret(config)
    settings = Config(
        connect_timeout=config.timeout_s,
        read_timeout=config.timeout_s,
        max_pool_connections=2 * AT_ONCE,
        retries={"max_attempts": 3, "mode": "standard"},
        s3={"addressing_style": "path" if config.endpoint else "auto"},
        # The newer checksums are not known everywhere; ours is.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3",
        endpoint_url=config.endpoint,
        region_name=config.region,
        aws_access_key_id=config.access_key,
        aws_secret_access_key=secret,
        verify=str(config.ca_file) if config.ca_file else None,
        config=settings,
    )


def _secret(config: BucketConfig) -> str | None:
    if config.secret_key_file is not None:
        return secret_in(config.secret_key_file, "bucket.secret_key_file")
    return config.secret_key.get_secret_value() if config.secret_key else None


@contextmanager
def _translated(bucket: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(f"bucket {bucket}: {error}; is the storage away or full?") from error


def _status_of(error: BaseException | None) -> int | None:
    """Return the HTTP status of an answer of the storage; None when it gave none."""
    answer = getattr(error, "response", {})
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return int(status) if status is not None else None
