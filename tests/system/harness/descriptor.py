# SPDX-License-Identifier: MIT
"""The contract as protoc understands it, one line for each field and method, sorted."""
import subprocess
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorSet

from harness.paths import ROOT


def describe():
    """The lines: `field message.name number label type json-name`, `method service.name request -> response`."""
    with tempfile.TemporaryDirectory() as directory:
        # Not by /dev/stdout: where there is none, protoc makes a file of that name.
        path = Path(directory) / "set"
        subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", f"--descriptor_set_out={path}", "ecommerce.proto"], check=True)
        contract = FileDescriptorSet.FromString(path.read_bytes())
    lines = []
    for file in contract.file:
        lines.append(f"syntax {file.syntax}")
        for message in file.message_type:
            lines += _describe_message(f"{file.package}.{message.name}", message)
        for service in file.service:
            for method in service.method:
                stream = [" stream" if flag else "" for flag in (method.client_streaming, method.server_streaming)]
                lines.append(f"method {file.package}.{service.name}/{method.name} "
                             f"{method.input_type}{stream[0]} -> {method.output_type}{stream[1]}")
    return sorted(lines)


def _describe_message(name, message):
    lines = []
    for field in message.field:
        label = FieldDescriptorProto.Label.Name(field.label).removeprefix("LABEL_").lower()
        kind = field.type_name or FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
        lines.append(f"field {name}.{field.name} {field.number} {label} {kind} {field.json_name}")
    for nested in message.nested_type:
        lines += _describe_message(f"{name}.{nested.name}", nested)
    return lines


if __name__ == "__main__":
    print("\n".join(describe()))
