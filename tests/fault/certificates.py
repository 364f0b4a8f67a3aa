# SPDX-License-Identifier: Apache-2.0
"""Clients' certificates, made by the openssl program."""

import hashlib
import os
import ssl
import subprocess
import sys

AUTHORITY = """
[ca]
default_ca = own
[own]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
[any]
commonName = supplied
"""


def make_certificate(folder, name, begins, ends):
    """A self-signed certificate within its time (as YYYYMMDDHHMMSSZ): its path, its key's, and its fingerprint."""
    folder = os.path.join(folder, name)
    os.makedirs(folder)
    settings, key, request, made = (os.path.join(folder, part) for part in ("settings", "key.pem", "request", "certificate.pem"))
    for part, text in (("settings", AUTHORITY.format(folder=folder)), ("index", ""), ("serial", "01\n")):
        with open(os.path.join(folder, part), "w", encoding="ascii") as file:
            file.write(text)
    for command in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
                     "-out", request],
                    ["ca", "-config", settings, "-selfsign", "-keyfile", key, "-in", request, "-out", made, "-startdate", begins,
                     "-enddate", ends, "-batch", "-notext"]):
        done = subprocess.run(["openssl", *command], capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"openssl: {done.stderr.decode(errors='replace')}")
    with open(made, encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    return made, key, hashlib.sha256(der).hexdigest()


if __name__ == "__main__":
    sys.exit("a module of the tests beside it")
