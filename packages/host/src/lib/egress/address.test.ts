import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refuseAddress, type AddressRules } from "./address.ts";
import { parseTarget } from "./target.ts";

const nothing: AddressRules = { privateRanges: [], ownAddresses: ["203.0.113.7", "10.1.2.3"], ownPorts: [8443] };
const judge = (address: string, rules: Partial<AddressRules> = {}, port = 587) =>
  refuseAddress(address, port, { ...nothing, ...rules });
const ranges = (...cidrs: string[]) => ({ privateRanges: cidrs.map((cidr) => ({ cidr })) });

describe("refuseAddress", () => {
  it("lets public addresses through", () => {
    for (const address of ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111"]) expect(judge(address)).toBeUndefined();
  });

  it("threat 84: refuses private, loopback, shared, reserved and every form that hides an IPv4 address in an IPv6 one", () => {
    const hidden = [
      "::ffff:127.0.0.1",
      "::ffff:93.184.216.34",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
      "2001:0:53aa:64c:0:0:80ff:fffe",
    ];
    const closed = [
      "127.0.0.1",
      "10.0.0.1",
      "172.16.3.4",
      "192.168.1.1",
      "100.64.0.1",
      "0.0.0.0",
      "255.255.255.255",
      "224.0.0.1",
      "198.18.0.1",
      "::1",
      "::",
      "fe80::1",
      "fd00::1",
      "ff02::1",
    ];
    for (const address of [...hidden, ...closed]) expect(judge(address), address).toBe("address.not_public");
  });

  it("threat 85: refuses ::/96, which the library takes for public", () => {
    for (const address of ["::127.0.0.1", "::7f00:1", "::93.184.216.34"])
      expect(judge(address), address).toBe("address.not_public");
  });

  it("threat 86: refuses metadata services even where a range is opened", () => {
    expect(judge("168.63.129.16")).toBe("address.metadata");
    for (const address of ["169.254.169.254", "100.100.100.200", "fd00:ec2::254"])
      expect(judge(address, ranges("169.254.0.0/16", "100.64.0.0/10", "fd00::/8")), address).toBe("address.metadata");
  });

  it("threat 105: refuses this machine's own addresses, and its own ports also on loopback that is opened", () => {
    expect(judge("203.0.113.7")).toBe("address.own");
    expect(judge("10.1.2.3", ranges("10.0.0.0/8"))).toBe("address.own");
    expect(judge("127.0.0.1", ranges("127.0.0.0/8"), 8443)).toBe("address.own");
    expect(judge("127.0.0.1", ranges("127.0.0.0/8"), 2525)).toBeUndefined();
  });

  it("threat 107: an administrator's range opens exactly itself", () => {
    expect(judge("10.20.0.5", ranges("10.20.0.0/16"))).toBeUndefined();
    expect(judge("10.21.0.5", ranges("10.20.0.0/16"))).toBe("address.not_public");
    expect(judge("::ffff:10.20.0.5", ranges("10.20.0.0/16", "::/0"))).toBe("address.not_public");
    for (const address of ["224.0.0.1", "0.0.0.0", "255.255.255.255"])
      expect(judge(address, ranges("0.0.0.0/0")), address).toBe("address.not_public");
    expect(judge("10.20.0.5", ranges("nonsense"))).toBe("address.not_public");
  });

  it("threat 93: refuses zone ids and what is no address", () => {
    for (const address of ["fe80::1%eth0", "example.com", "", "1.2.3.4.5"])
      expect(judge(address), address).toBe("address.invalid");
  });

  it("never lets a private address through without a range", () => {
    const octet = fc.nat(255);
    fc.assert(
      fc.property(
        fc.constantFrom("10", "127", "192.168", "172.20", "169.254"),
        octet,
        octet,
        octet,
        (prefix, a, b, c) => {
          const address = [...prefix.split("."), a, b, c].slice(0, 4).join(".");
          return judge(address) !== undefined;
        },
      ),
    );
  });
});

describe("parseTarget", () => {
  it("threat 83: every spelling of an address becomes the one that is judged", () => {
    for (const spelling of ["2130706433", "0177.0.0.1", "0x7f.1", "127.1", "127。0。0。1", "①②⑦.0.0.1", "127.0.0.1"])
      expect(parseTarget(`${spelling}:25`), spelling).toEqual({ host: "127.0.0.1", port: 25, literal: true });
    expect(parseTarget("[::FFFF:127.0.0.1]:25")).toEqual({ host: "::ffff:7f00:1", port: 25, literal: true });
  });

  it("threat 90: a name with a dot at its end and capitals is the same name", () => {
    expect(parseTarget("Mail.Example.org.:587")).toEqual({ host: "mail.example.org", port: 587, literal: false });
  });

  it("threat 93: refuses user information, paths, white space, escapes and zone ids", () => {
    for (const authority of [
      "a@127.0.0.1:25",
      "mail.example.org\\:25",
      "mail.example.org/x:25",
      "mail\t.example.org:25",
      "mail.example.org%00:25",
      "[fe80::1%25eth0]:25",
      "mail.example.org:25\r\nx",
      " mail.example.org:25",
      ":25",
    ])
      expect(parseTarget(authority), authority).toBeUndefined();
  });

  it("threat 94: refuses a name in square brackets", () => {
    expect(parseTarget("[example.com]:25")).toBeUndefined();
    expect(parseTarget("[127.0.0.1]:25")).toBeUndefined();
  });

  it("threat 96, 103: needs a port, and has no schemes", () => {
    for (const authority of [
      "mail.example.org",
      "mail.example.org:",
      "mail.example.org:0",
      "mail.example.org:65536",
      "mail.example.org:025",
      "file:///etc/passwd",
      "unix:/run/x.sock:1",
    ])
      expect(parseTarget(authority), authority).toBeUndefined();
  });
});
