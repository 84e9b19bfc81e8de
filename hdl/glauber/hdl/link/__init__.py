"""The link: bytes from the host become requests on the register bus, and answers become bytes."""
