"""The throw-away PostgreSQL of the tests starts fast, knows Chinese, and copies a database from a template."""

import os
import time

import psycopg
import pytest

from tests import postgres

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(postgres.find_binaries() is None, reason="not run: no PostgreSQL binaries"),
]


def rows(name, statement):
    with psycopg.connect(postgres.server_url(name).replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def database():
    postgres.create_database("house_source")
    yield "house_source"
    postgres.drop_database("house_source")


def test_the_server_is_up_within_seconds_and_its_folder_goes_with_it():
    started = time.monotonic()
    server = postgres.Server(postgres.find_binaries())
    elapsed = time.monotonic() - started
    server.stop()
    assert elapsed < 10
    assert not server.folder.exists()


def test_it_speaks_utf8_and_listens_on_a_socket_only(database):
    assert rows(database, "SHOW server_encoding") == [("UTF8",)]
    assert rows(database, "SHOW listen_addresses") == [("",)]
    assert rows(database, "SELECT upper('é'), length('合同')") == [("É", 2)]


def test_it_does_not_run_as_root():
    owner = (postgres.server().folder / "data").stat().st_uid
    assert owner != 0
    assert os.geteuid() in (0, owner)


def test_a_database_is_copied_from_a_template_with_its_rows(database):
    rows(database, "CREATE TABLE note (words text); INSERT INTO note VALUES ('管运')")
    postgres.create_database("house_copy", template=database)
    assert rows("house_copy", "SELECT words FROM note") == [("管运",)]
    postgres.drop_database("house_copy")
