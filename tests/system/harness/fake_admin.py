# SPDX-License-Identifier: MIT
"""A DiscountAdmin service in Python that answers as it is told: for what the real one does seldom, or never."""
import concurrent.futures
import importlib
import subprocess
import sys

import grpc

from harness.paths import ROOT
from harness.ports import free_port

SERVICE = "ecommerce.DiscountAdmin"

# The generated messages, once generate() was called.
messages = None


def generate(directory):
    """Generates the message classes from today's proto file. Those of ecommerce.proto are there already."""
    global messages
    if messages is None:
        subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", f"--python_out={directory}", "discount_admin.proto"],
                       check=True)
        sys.path.insert(0, str(directory))
        messages = importlib.import_module("discount_admin_pb2")
    return messages


class FakeAdmin:
    """handlers: a function(request, context) for each method's name that it knows."""

    def __init__(self, keys, handlers):
        self.port = free_port()
        self.calls = []
        self.grpc = grpc.server(concurrent.futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        known = messages.DESCRIPTOR.services_by_name["DiscountAdmin"].methods_by_name
        methods = {}
        for name, function in handlers.items():
            request = getattr(messages, known[name].input_type.name)
            answer = getattr(messages, known[name].output_type.name)
            methods[name] = grpc.unary_unary_rpc_method_handler(
                self._noted(name, function), request.FromString, answer.SerializeToString)
        self.grpc.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, methods)])
        credentials = grpc.ssl_server_credentials([keys.pair("discount")], keys.read("ca.crt"), True)
        assert self.grpc.add_secure_port(f"127.0.0.1:{self.port}", credentials) == self.port
        self.grpc.start()

    def _noted(self, name, function):
        def handle(request, context):
            self.calls.append((name, request))
            return function(request, context)
        return handle

    def named(self, name):
        """The requests of one method, in their order."""
        return [request for each, request in self.calls if each == name]

    def stop(self):
        self.grpc.stop(0).wait()
