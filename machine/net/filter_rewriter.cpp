/// filter-rewriter: the TCP connections of a guest that stands in for another.
#include "machine/net/filter.h"
#include "machine/net/tcp_rewriter.h"
#include "machine/platform.h"

namespace rhea::net {

namespace {

class RewriterFilter final : public NetFilter {
public:
    using NetFilter::NetFilter;
    bool frame(Client& sender, Frame frame) override {
        const bool outwards = &sender == &client();
        std::vector<std::uint8_t> changed(frame.begin(), frame.end());
        if (!rewriter_.rewrite(changed, !outwards)) return false;
        pass_on(outwards, changed);
        return true;
    }

private:
    TcpRewriter rewriter_;
};

constexpr qom::Property kProperties[] = {qom::property("vnet_hdr_support", qom::kBool, false)};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const auto place = RHEA_TRY(NetFilter::place_of(creation));
    return std::make_unique<RewriterFilter>(std::move(creation.values), place);
}

}  // namespace

constinit const qom::Type kFilterRewriter{.name = "filter-rewriter", .parent = &kNetFilter, .properties = kProperties, .create = create};

}  // namespace rhea::net
