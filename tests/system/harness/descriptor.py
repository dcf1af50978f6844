# SPDX-License-Identifier: MIT
"""The contract as protoc understands it, one line for each field and method, sorted."""
import subprocess

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorSet

from harness.paths import ROOT


def describe():
    """The lines: `field message.name number label type json-name`, `method service.name request -> response`."""
    done = subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", "--descriptor_set_out=/dev/stdout", "ecommerce.proto"],
                          capture_output=True, check=True)
    lines = []
    for file in FileDescriptorSet.FromString(done.stdout).file:
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
