#!/usr/bin/env python3
"""Writes the captures of the two example dossiers:  captures.py OUT

Every frame is made here from the lines below, checksums included, so the same bytes come out each time; only the TLS
sessions are recordings (tls/record). All names end in .example or .local, remote addresses are documentation addresses
(RFC 5737), MAC addresses come from the documentation range 00-00-5E-00-53 (RFC 7042).
"""
import hashlib
import os
import struct
import sys
import zlib
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
DEVICE, ROUTER, PHONE = "192.168.77.20", "192.168.77.1", "192.168.77.30"
MAC = {DEVICE: "00005e00530b", ROUTER: "00005e005301", PHONE: "00005e005330"}
HOST = {"update.doorbell.example": "203.0.113.10", "cloud.doorbell.example": "198.51.100.20", "time.doorbell.example": "203.0.113.123"}


def address(text):
    return bytes(int(part) for part in text.split("."))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def stream(seed, length):
    """Bytes that look like a compressed firmware and are the same every time."""
    return b"".join(hashlib.sha256(f"{seed} {i}".encode()).digest() for i in range(length // 32 + 1))[:length]


class Capture:
    """The frames of one file, with the time that goes on between them (milliseconds)."""

    def __init__(self, start):
        self.time = int(datetime.fromisoformat(start).replace(tzinfo=timezone.utc).timestamp() * 1_000_000)
        self.frames = []
        self.ip_number = 1
        self.port = 40000
        self.query = 0x1A00

    def wait(self, milliseconds):
        self.time += int(milliseconds * 1000)

    def ethernet(self, source, destination, kind, payload):
        frame = bytes.fromhex(destination) + bytes.fromhex(source) + struct.pack("!H", kind) + payload
        self.frames.append((self.time, frame.ljust(60, b"\0")))
        self.wait(0.4)

    def ip(self, source, destination, protocol, payload, source_mac=None):
        self.ip_number += 1
        local = destination.startswith("192.168.77.")
        if destination == "255.255.255.255":
            mac = "ffffffffffff"
        elif destination == "224.0.0.251":
            mac = "01005e0000fb"
        else:
            mac = MAC[destination if local else ROUTER]
        hops = 255 if destination == "224.0.0.251" else 64 if source.startswith("192.168.77.") or source == "0.0.0.0" else 54
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), self.ip_number, 0x4000, hops, protocol, 0, address(source), address(destination))
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        self.ethernet(source_mac or MAC[source if source in MAC else ROUTER], mac, 0x0800, header + payload)

    def udp(self, source, source_port, destination, destination_port, payload, source_mac=None):
        length = 8 + len(payload)
        pseudo = address(source) + address(destination) + struct.pack("!BBH", 0, 17, length)
        header = struct.pack("!HHHH", source_port, destination_port, length, 0)
        sum_ = checksum(pseudo + header + payload) or 0xFFFF
        self.ip(source, destination, 17, header[:6] + struct.pack("!H", sum_) + payload, source_mac)

    def arp(self, asker, asked):
        for operation, sender, target, to in ((1, asker, asked, "ffffffffffff"), (2, asked, asker, MAC[asker])):
            known = bytes.fromhex(MAC[target]) if operation == 2 else bytes(6)
            body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + bytes.fromhex(MAC[sender]) + address(sender) + known + address(target)
            self.ethernet(MAC[sender], to, 0x0806, body)

    def dhcp(self, vendor, renew=False):
        """Host name (option 12), vendor class (60) and MUD address (161, RFC 8520); a renewal is unicast and has two messages."""
        own = address(DEVICE) if renew else bytes(4)

        def message(reply, kind, options, yours):
            fixed = struct.pack("!BBBBIHH4s4s4s4s16s64s128s", 2 if reply else 1, 1, 6, 0, 0x0EDB0100, 0, 0, own, yours, bytes(4), bytes(4),
                                bytes.fromhex(MAC[DEVICE]).ljust(16, b"\0"), b"", b"")
            body = b"".join(bytes((code, len(value))) + value for code, value in [(53, bytes((kind,))), *options])
            data = (fixed + bytes.fromhex("63825363") + body + b"\xff").ljust(300, b"\0")
            if reply:
                self.udp(ROUTER, 67, DEVICE, 68, data)
            elif renew:
                self.udp(DEVICE, 68, ROUTER, 67, data)
            else:
                self.udp("0.0.0.0", 68, "255.255.255.255", 67, data, MAC[DEVICE])
            self.wait(20)

        mine = [(61, b"\x01" + bytes.fromhex(MAC[DEVICE])), (12, b"EDB-100"), (60, vendor.encode()), (55, bytes((1, 3, 6, 28, 51))),
                (161, b"https://doorbell.example/mud/edb-100.json")]
        lease = [(54, address(ROUTER)), (51, struct.pack("!I", 43200)), (1, address("255.255.255.0")), (3, address(ROUTER)), (6, address(ROUTER))]
        if not renew:
            message(False, 1, mine, bytes(4))
            message(True, 2, lease, address(DEVICE))
        message(False, 3, mine + ([] if renew else [(50, address(DEVICE)), (54, address(ROUTER))]), bytes(4))
        message(True, 5, lease, address(DEVICE))

    @staticmethod
    def name(text):
        return b"".join(bytes((len(part),)) + part.encode() for part in text.split(".")) + b"\0"

    def dns(self, host):
        self.query += 1
        self.port += 1
        question = self.name(host) + struct.pack("!HH", 1, 1)
        self.udp(DEVICE, self.port, ROUTER, 53, struct.pack("!HHHHHH", self.query, 0x0100, 1, 0, 0, 0) + question)
        self.wait(12)
        answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + address(HOST[host])
        self.udp(ROUTER, 53, DEVICE, self.port, struct.pack("!HHHHHH", self.query, 0x8180, 1, 1, 0, 0) + question + answer)
        self.wait(5)

    def mdns(self, records):
        """An unasked announcement (RFC 6762 section 8.3)."""
        body = b"".join(self.name(owner) + struct.pack("!HHIH", kind, cls, 120, len(data)) + data for owner, kind, cls, data in records)
        self.udp(DEVICE, 5353, "224.0.0.251", 5353, struct.pack("!HHHHHH", 0, 0x8400, 0, len(records), 0, 0) + body)
        self.wait(30)

    def mdns_query(self, name):
        self.udp(PHONE, 5353, "224.0.0.251", 5353, struct.pack("!HHHHHH", 0, 0, 1, 0, 0, 0) + self.name(name) + struct.pack("!HH", 1, 1))
        self.wait(15)

    def ntp(self):
        """Version 4, client and server (RFC 5905)."""
        def stamp(microseconds):
            return struct.pack("!II", microseconds // 1_000_000 + 2_208_988_800, (microseconds % 1_000_000) * 4295)

        server = HOST["time.doorbell.example"]
        asked = stamp(self.time)
        self.udp(DEVICE, 45123, server, 123, struct.pack("!BBbbIII", 0x23, 0, 6, -20, 0, 0, 0) + bytes(24) + asked)
        self.wait(18)
        self.udp(server, 123, DEVICE, 45123, struct.pack("!BBbbII4s", 0x24, 2, 6, -20, 0x20, 0x40, address("192.0.2.1")) + stamp(self.time - 30_000_000)
                 + asked + stamp(self.time - 9000) + stamp(self.time - 8900))
        self.wait(10)

    def tcp(self, client, server, port, turns):
        """One connection: three-way handshake, the turns ('>' from the client, '<' from the server), orderly end."""
        self.port += 1
        ends = {">": (client, self.port, server, port), "<": (server, port, client, self.port)}
        seed = hashlib.sha256(f"{client} {self.port} {server} {port}".encode()).digest()
        number = {">": int.from_bytes(seed[:4], "big") >> 1, "<": int.from_bytes(seed[4:8], "big") >> 1}
        other = {">": "<", "<": ">"}

        def segment(side, flags, payload=b"", options=b""):
            source, source_port, destination, destination_port = ends[side]
            acknowledged = number[other[side]] if flags & 0x10 else 0
            header = struct.pack("!HHIIBBHHH", source_port, destination_port, number[side], acknowledged, (20 + len(options)) // 4 << 4, flags, 29200, 0, 0) + options
            pseudo = address(source) + address(destination) + struct.pack("!BBH", 0, 6, len(header) + len(payload))
            header = header[:16] + struct.pack("!H", checksum(pseudo + header + payload)) + header[18:]
            self.ip(source, destination, 6, header + payload)
            number[side] += len(payload) + (1 if flags & 3 else 0)

        largest = b"\x02\x04\x05\xb4"
        segment(">", 0x02, options=largest)
        self.wait(8)
        segment("<", 0x12, options=largest)
        segment(">", 0x10)
        for side, data in turns:
            self.wait(10)
            for at in range(0, len(data), 1460):
                part = data[at:at + 1460]
                segment(side, 0x18 if at + 1460 >= len(data) else 0x10, part)
                if at // 1460 % 2 == 1 or at + 1460 >= len(data):
                    segment(other[side], 0x10)
        self.wait(6)
        segment(">", 0x11)
        self.wait(6)
        segment("<", 0x11)
        segment(">", 0x10)
        self.wait(40)

    def tls(self, host, recording):
        with open(os.path.join(HERE, "tls", recording + ".txt"), encoding="ascii") as lines:
            turns = [(line[0], bytes.fromhex(line[2:])) for line in lines if line[0] in "<>"]
        self.tcp(DEVICE, HOST[host], 443, turns)

    def write(self, file):
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for time, frame in self.frames:
                out.write(struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(frame), len(frame)) + frame)


def http(*lines, body=b""):
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def uimage(name, seconds, data):
    """A legacy U-Boot image, so that the download is recognised for what it is."""
    def header(own):
        return struct.pack("!IIIIIIIBBBB32s", 0x27051956, own, seconds, len(data), 0x80008000, 0x80008000, zlib.crc32(data), 5, 2, 2, 1, name.encode())
    return header(zlib.crc32(header(0))) + data


ADMIN = "Authorization: Basic YWRtaW46YWRtaW4="  # admin:admin


def page_1_0(capture, presses, with_login_first):
    """The status page as source/doorbelld.c answers it."""
    phone = "User-Agent: ExampleBrowser/1.0"
    if with_login_first:
        capture.tcp(PHONE, DEVICE, 80, [
            (">", http("GET / HTTP/1.1", "Host: edb-100.local", phone, "Accept: text/html")),
            ("<", http("HTTP/1.1 401 Unauthorized", "Server: doorbelld/1.0", 'WWW-Authenticate: Basic realm="EDB-100"', "Content-Length: 0", "Connection: close"))])
        capture.wait(4000)
    body = (f"<!doctype html><title>EDB-100</title><h1>Example Doorbell EDB-100</h1>"
            f"<p>Firmware 1.0<p>Pressed {presses} times since it was switched on\n").encode()
    capture.tcp(PHONE, DEVICE, 80, [
        (">", http("GET / HTTP/1.1", "Host: edb-100.local", ADMIN, phone, "Accept: text/html")),
        ("<", http("HTTP/1.1 200 OK", "Server: doorbelld/1.0", "Content-Type: text/html", f"Content-Length: {len(body)}", "Connection: close", body=body))])


def update_1_0(capture, path, body, kind, agent="EDB-100-updater/1.0"):
    """As source/updater.c asks for it; the script leaves the image itself to wget."""
    capture.dns("update.doorbell.example")
    capture.tcp(DEVICE, HOST["update.doorbell.example"], 80, [
        (">", http(f"GET {path} HTTP/1.1", "Host: update.doorbell.example", f"User-Agent: {agent}", "Connection: close")),
        ("<", http("HTTP/1.1 200 OK", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", body=body))])


def service_1_0():
    own = "EDB-100._http._tcp.local"
    text = b"".join(bytes((len(t),)) + t for t in (b"model=EDB-100", b"fw=1.0"))
    return [("_http._tcp.local", 12, 1, Capture.name(own)), (own, 33, 0x8001, struct.pack("!HHH", 0, 0, 80) + Capture.name("edb-100.local")),
            (own, 16, 0x8001, text), ("edb-100.local", 1, 0x8001, address(DEVICE))]


def setup_1_0():
    """Factory default: address, clock, name, update, first log-in, and somebody tries Telnet."""
    c = Capture("2025-04-01T10:00:00")
    c.dhcp("EDB-100 1.0")
    c.arp(DEVICE, ROUTER)
    c.dns("time.doorbell.example")
    c.ntp()
    c.mdns(service_1_0())
    c.wait(2000)
    c.arp(PHONE, DEVICE)
    page_1_0(c, 0, with_login_first=True)
    c.wait(3000)
    c.dns("cloud.doorbell.example")
    c.tls("cloud.doorbell.example", "cloud-tls10")
    c.wait(5000)
    update_1_0(c, "/edb-100/version", b"1.0.1\n", "text/plain")
    update_1_0(c, "/edb-100/latest.bin", uimage("EDB-100 1.0.1", 1743379200, stream("edb-100 1.0.1", 24000)), "application/octet-stream", "Wget")
    c.wait(20000)
    c.tcp(PHONE, DEVICE, 23, [
        ("<", bytes.fromhex("fffb01fffb03")), (">", bytes.fromhex("fffd01fffd03")),
        ("<", b"/ # "), (">", b"cat /etc/version\r\n"), ("<", b"cat /etc/version\r\n1.0\r\n/ # "), (">", b"exit\r\n"), ("<", b"exit\r\n")])
    return c


def idle_1_0():
    """Initialised, half a day: renewals, clock, update queries, a press of the button, a look at the page."""
    c = Capture("2025-04-02T08:00:00")
    c.mdns_query("edb-100.local")
    c.mdns(service_1_0())
    for hour in range(3):
        c.dhcp("EDB-100 1.0", renew=True)
        c.dns("time.doorbell.example")
        c.ntp()
        c.wait(600_000)
        if hour == 0:
            update_1_0(c, "/edb-100/version", b"1.0\n", "text/plain")
        if hour == 1:
            c.dns("cloud.doorbell.example")
            c.tls("cloud.doorbell.example", "cloud-tls10")
            c.wait(15_000)
            page_1_0(c, 1, with_login_first=False)
        c.wait(3_600_000 * 6 - 600_000)
    return c


NAME_1_1 = [("edb-100.local", 1, 0x8001, address(DEVICE))]


def setup_1_1():
    """Factory default: address, clock, name, update check, and the cloud; nothing listens on the device."""
    c = Capture("2026-09-21T10:00:00")
    c.dhcp("EDB-100")
    c.arp(DEVICE, ROUTER)
    c.dns("time.doorbell.example")
    c.ntp()
    c.mdns(NAME_1_1)
    c.wait(2000)
    c.dns("update.doorbell.example")
    c.tls("update.doorbell.example", "update-tls13")
    c.wait(5000)
    c.dns("cloud.doorbell.example")
    c.tls("cloud.doorbell.example", "cloud-tls13")
    return c


def idle_1_1():
    """Initialised, a day and a bit: renewals, clock, two update checks, a press of the button."""
    c = Capture("2026-09-22T08:00:00")
    c.mdns_query("edb-100.local")
    c.mdns(NAME_1_1)
    for part in range(5):
        c.dhcp("EDB-100", renew=True)
        c.dns("time.doorbell.example")
        c.ntp()
        c.wait(600_000)
        if part in (0, 4):
            c.dns("update.doorbell.example")
            c.tls("update.doorbell.example", "update-tls13")
        if part == 2:
            c.dns("cloud.doorbell.example")
            c.tls("cloud.doorbell.example", "cloud-tls13")
        c.wait(3_600_000 * 6 - 600_000)
    return c


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for version, setup, idle in (("1.0", setup_1_0, idle_1_0), ("1.1", setup_1_1, idle_1_1)):
        setup().write(os.path.join(sys.argv[1], f"doorbell-{version}", "captures", "setup.pcap"))
        idle().write(os.path.join(sys.argv[1], f"doorbell-{version}", "captures", "idle.pcap"))
