package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// listen opens one port. what and flag are for the error: the name of the server and the option that sets the address.
func listen(ctx context.Context, what, flag, addr string, allowRemote bool) (net.Listener, error) {
	if err := checkAddr(flag, addr, allowRemote); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil { // listening on an IP address does not look at the context
		return nil, fmt.Errorf("listen for %s clients: %w", what, err)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the %s port %s is taken by another program: stop it, or choose another address with %s", what, addr, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("listen for %s clients: %w", what, err)
	}
	return listener, nil
}

// checkAddr refuses what would expose the broker by accident, and what Kafka clients could not dial: the broker tells
// them the address it listens on, and "every interface" is not an address.
func checkAddr(flag, addr string, allowRemote bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s %q is not HOST:PORT, for example 127.0.0.1:9092", flag, addr)
	}
	ip := net.ParseIP(host)
	if host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	if !allowRemote {
		return fmt.Errorf("%s %s is not a loopback address, and this broker asks nobody for a password: use 127.0.0.1, or add --allow-remote if the network is yours alone", flag, addr)
	}
	if host == "" || ip != nil && ip.IsUnspecified() {
		return fmt.Errorf("%s %s listens on every interface, but clients are told the address to dial: name one, for example 10.0.0.5:9092", flag, addr)
	}
	return nil
}
