# SPDX-License-Identifier: MIT
"""The Discount contract by Python's own protobuf and gRPC: a client and a server that share no code with ours."""
import concurrent.futures
import importlib
import subprocess
import sys

import grpc

from harness.paths import ROOT
from harness.ports import free_port

ONE = "/ecommerce.Discount/ApplyDiscount"
MANY = "/ecommerce.Discount/ApplyDiscounts"

# The generated messages, once generate() was called.
messages = None


def generate(directory):
    """Generates the message classes from today's proto file."""
    global messages
    subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", f"--python_out={directory}", "ecommerce.proto"], check=True)
    sys.path.insert(0, str(directory))
    messages = importlib.import_module("ecommerce_pb2")


def discount_request(customer, price, product=1, **more):
    return messages.DiscountRequest(customer=messages.Customer(id=customer),
                                    product=messages.Product(id=product, price_in_cents=price, **more))


def ask(customer, *prices):
    """One ask of ApplyDiscounts; customer None leaves the customer out."""
    made = messages.DiscountAsk(products=[messages.Product(id=i + 1, price_in_cents=p) for i, p in enumerate(prices)])
    if customer is not None:
        made.customer.id = customer
    return made


def many(*asks):
    return messages.ApplyDiscountsRequest(asks=asks)


class Client:
    """A channel to a Discount server, with the client certificate `name` of `keys`, or without one."""

    def __init__(self, port, keys, name="catalog", authority=None, host="localhost"):
        ca = (authority or keys).read("ca.crt")
        key, certificate = keys.pair(name) if name else (None, None)
        self.channel = grpc.secure_channel(
            f"{host}:{port}", grpc.ssl_channel_credentials(ca, key, certificate), options=OPTIONS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def call(self, method, request, answer_type=None, seconds=30, **options):
        """Makes a call with a message, or with bytes as they are; hands back the message, or bytes without a type."""
        send = (lambda raw: raw) if isinstance(request, bytes) else type(request).SerializeToString
        receive = answer_type.FromString if answer_type else None
        return self.channel.unary_unary(method, send, receive)(request, timeout=seconds, **options)

    def one(self, request, **options):
        return self.call(ONE, request, messages.DiscountResponse, **options)

    def many(self, request, **options):
        return self.call(MANY, request, messages.ApplyDiscountsResponse, **options)


# No HTTP proxy, no connection that another test's channel left behind, and quick to try again.
OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 5000),  # also how long a handshake may take
    ("grpc.max_reconnect_backoff_ms", 200),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
]


def code_of(call):
    """The status code that call() ends with."""
    try:
        call()
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


class Server:
    """A Discount server in Python. `handlers` has a function(request, context) for each method that it knows."""

    def __init__(self, keys, handlers, name="discount", client_certificate=True, port=None):
        self.port = port or free_port()
        self.calls = []  # the methods that were called
        self.asks = []  # … with something to price: not the Catalog's probes
        types = {ONE: (messages.DiscountRequest, messages.DiscountResponse),
                 MANY: (messages.ApplyDiscountsRequest, messages.ApplyDiscountsResponse)}
        self.grpc = grpc.server(concurrent.futures.ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        methods = {}
        for method, function in handlers.items():
            methods[method.rsplit("/", 1)[1]] = grpc.unary_unary_rpc_method_handler(
                self._noted(method, function), types[method][0].FromString, types[method][1].SerializeToString)
        self.grpc.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("ecommerce.Discount", methods)])
        credentials = grpc.ssl_server_credentials(
            [keys.pair(name)], keys.read("ca.crt") if client_certificate else None, client_certificate)
        assert self.grpc.add_secure_port(f"127.0.0.1:{self.port}", credentials) == self.port
        self.grpc.start()

    def _noted(self, method, function):
        def handle(request, context):
            self.calls.append(method)
            if method == ONE or request.asks:
                self.asks.append(method)
            return function(request, context)
        return handle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.grpc.stop(0).wait()


def demo_quote(customer, price, explain=False):
    """The demo's rule, as the contract words it."""
    if customer != 1 or price <= 0:
        return messages.DiscountValue()
    made = messages.DiscountValue(pct=0.1, value_in_cents=price * 9 // 10)
    if explain:
        made.applied.add(key="demo", label="10 % off", lane="contract", price_before=price, price_after=made.value_in_cents)
    return made


def answer_one(request, _context):
    """The demo server's ApplyDiscount."""
    product = messages.Product()
    product.CopyFrom(request.product)
    product.discount_value.CopyFrom(demo_quote(request.customer.id, product.price_in_cents))
    return messages.DiscountResponse(product=product)


def answer_many(request, _context):
    """ApplyDiscounts by the demo's rule."""
    answers, products = [], []
    for each in request.asks:
        products = products if each.same_products else each.products
        answers.append(messages.DiscountAnswer(
            quotes=[demo_quote(each.customer.id, p.price_in_cents, each.explain) for p in products]))
    return messages.ApplyDiscountsResponse(revision=1, answers=answers)
