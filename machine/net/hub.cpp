#include "machine/net/hub.h"

#include <fmt/format.h>

namespace rhea::net {

HubPort::HubPort(Hub& hub, std::string name) : Client(hub.network(), Kind::hubport, std::move(name)), hub_(hub) { hub_.enter(*this); }

HubPort::~HubPort() { shut_down(); }

void HubPort::shut_down() { hub_.leave(*this); }

void HubPort::receive(Frame frame) {
    for (HubPort* port : hub_.ports())
        if (port != this) port->send(frame);
}

std::string Hub::next_port_name() { return fmt::format("hub{}port{}", id_, ports_made_); }

}  // namespace rhea::net
