package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds the proxies that are believed in a row.
const maxHops = 16

// clientAddr is the address that a request comes from. X-Forwarded-For counts
// as far as trusted proxies have written it: from its right end, up to the
// first address that is none of theirs. The zero address is an unknown one.
func (s *Server) clientAddr(r *http.Request) netip.Addr {
	addr := peerAddr(r)
	if !s.trusts(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i, hop := range slices.Backward(hops) {
		a, ok := parseHop(hop)
		if !ok || len(hops)-i > maxHops {
			break
		}
		if addr = a; !s.trusts(a) {
			break
		}
	}
	return addr
}

// peerAddr is the other end of the connection.
func peerAddr(r *http.Request) netip.Addr {
	a, _ := parseHop(r.RemoteAddr)
	return a
}

// parseHop reads an address with or without a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

func (s *Server) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(s.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// addressKey is what requests from an address are counted under. A network of
// 64 bits is one in IPv6: whoever has one address there has them all.
func addressKey(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
