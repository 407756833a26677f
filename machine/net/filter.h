#pragma once
/// Filters as objects: what -object and object-add hang on a network. A frame passes those of a network in their order.
#include "machine/net/network.h"
#include "machine/objects/options.h"
#include "machine/qom/object.h"

namespace rhea::net {

class NetFilter : public qom::Object, public FrameFilter {
public:
    /// Where it is to hang.
    struct Place {
        Client* client = nullptr;
        std::size_t index = 0;
    };
    /// What the properties "netdev", "position" and "insert" say, with QEMU's errors.
    static Result<Place> place_of(const qom::Creation& creation);

    NetFilter(qom::Values values, const Place& place);
    ~NetFilter() override;

    bool wants(Direction direction) const override;
    std::string text() const override;
    void client_gone() override;

    bool on() const { return on_; }
    void set_on(bool on);

protected:
    Client& client() const { return client_; }
    /// Goes on with a frame behind this filter.
    void pass_on(bool outwards, Frame frame) { client_.network().pass_on(*this, client_, outwards, frame); }
    virtual void switched() {}

private:
    Client& client_;
    bool on_;
};

extern const qom::Type kNetFilter, kFilterDump, kFilterBuffer, kFilterMirror, kFilterRedirector, kFilterReplay, kFilterRewriter;

}  // namespace rhea::net
