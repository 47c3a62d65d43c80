// The port that the peer opens is one of this machine alone.
import net from 'node:net';

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port === 'object' || typeof rest[0] === 'string') {
    return listen.call(this, port, ...rest);
  }
  return listen.call(this, port, '127.0.0.1', ...rest);
};
