package broker

import (
	"context"
	"net"
	"sync"
)

// gate is a listener that lets in only dial until it is opened; clients from outside wait in the system's queue
// meanwhile. So recovery can speak to the broker before anybody else does.
type gate struct {
	net.Listener
	inside chan net.Conn
	opened chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newGate(listener net.Listener) *gate {
	return &gate{Listener: listener, inside: make(chan net.Conn), opened: make(chan struct{}), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (gt *gate) Accept() (net.Conn, error) {
	select {
	case conn := <-gt.inside:
		return conn, nil
	case <-gt.closed:
		return nil, net.ErrClosed
	case <-gt.opened:
		return gt.Listener.Accept()
	}
}

// Close implements net.Listener.
func (gt *gate) Close() error {
	gt.once.Do(func() { close(gt.closed) })
	return gt.Listener.Close()
}

// dial connects past the gate, whatever the address. It has the form of a net dialer.
func (gt *gate) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case gt.inside <- there:
		return here, nil
	case <-gt.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// open lets everybody in. Requires: called once.
func (gt *gate) open() { close(gt.opened) }
