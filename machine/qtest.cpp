#include "machine/qtest.h"

#include "machine/qtest_session.h"

namespace rhea {

QtestServer::QtestServer(Chardev& chardev, QtestTarget& target, QtestLog& log)
    : chardev_(chardev), target_(target), log_(log) {
    chardev_.attach(this);
}

QtestServer::~QtestServer() { chardev_.detach(*this); }

PeerUser* QtestServer::connected(Peer& peer) {
    if (session_ && session_->connected()) return nullptr;
    session_ = std::make_unique<QtestSession>(peer, target_, log_);
    return session_.get();
}

}  // namespace rhea
