"""Whose request it is when proxies stand in between."""

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


def caller(peer: str, forwarded_for: str, proxies: str) -> str:
    """The caller's address: that of `peer`, or behind trusted proxies the last of X-Forwarded-For that is none of them.

    `proxies`: addresses and networks, separated by commas.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and _is_proxy(peer, proxies):
        peer = hops.pop()
    return peer


def _is_proxy(address: str, proxies: str) -> bool:
    try:
        here = ip_address(address)
    except ValueError:
        return False
    mapped = here.ipv4_mapped if here.version == 6 else None  # so IPv4 looks to who listens on `::`
    return any((mapped or here) in network for network in _networks(proxies))


@cache
def _networks(proxies: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(proxy.strip(), strict=False) for proxy in proxies.split(",") if proxy.strip())
