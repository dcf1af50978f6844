# SPDX-License-Identifier: MIT
"""A discountd that an administrator looks after."""
import admin
import pytest
from admin import Admin
from harness.discount import Discountd


@pytest.fixture(scope="session", autouse=True)
def admin_messages(workshop, messages):
    """The classes of DiscountAdmin's messages."""
    admin.generate(workshop.new("admin-proto"))
    return admin.messages


@pytest.fixture
def own_discountd(start, workshop, keys):
    """own_discountd(…settings) starts a discountd with a database of its own, in .directory."""
    def make(**settings):
        directory = workshop.new("priced")
        server = start(Discountd, directory, keys, **settings)
        server.wait_for_log("worker-ready", times=settings.get("DISCOUNT_WORKERS", 2))
        server.directory, server.database = directory, directory / "discount.db"
        return server
    return make


@pytest.fixture
def connect(keys, request):
    """connect(server) is an administrator's channel, connect(server, "catalog") the Catalog's."""
    def make(server, name="admin"):
        client = Admin(server.port, keys, name)
        request.addfinalizer(client.channel.close)
        return client
    return make
