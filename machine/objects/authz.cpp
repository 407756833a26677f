#include "machine/objects/authz.h"

#include <fnmatch.h>

#include "machine/objects/options.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

class AuthzSimple final : public Authz {
public:
    using Authz::Authz;
    bool allows(std::string_view identity) const override { return values().text("identity").value_or("") == identity; }
};

class AuthzList final : public Authz {
public:
    using Authz::Authz;
    /// The first rule that fits decides.
    bool allows(std::string_view identity) const override {
        const std::string name(identity);
        const QObject rules = values().get("rules");
        if (rules.list())
            for (const QObject& said : *rules.list()) {
                const auto rule = from_qobject<objects::AuthzRule>(said);
                if (!rule) continue;
                const bool glob = rule->format == objects::AuthzFormat::glob;
                if (glob ? ::fnmatch(rule->match.c_str(), name.c_str(), 0) == 0 : rule->match == name)
                    return rule->policy == objects::AuthzPolicy::allow;
            }
        return values().text("policy") == "allow";
    }
};

template <class T>
Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    return std::make_unique<T>(std::move(creation.values));
}

constexpr qom::ValueType kPolicy{"QAuthZListPolicy", &type_ref<objects::AuthzPolicy>}, kRules{"QAuthZListRule"};
constexpr qom::Property kSimpleProperties[] = {qom::property("identity", qom::kString).settable()};
constexpr qom::Property kListProperties[] = {qom::property("policy", kPolicy, "deny").settable(), qom::property("rules", kRules).settable()};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

}  // namespace

constinit const qom::Type kAuthz{.name = "authz", .parent = &qom::kObject, .abstract = true};
constinit const qom::Type kAuthzSimple{.name = "authz-simple",
                                       .parent = &kAuthz,
                                       .interfaces = kInterfaces,
                                       .properties = kSimpleProperties,
                                       .create = create<AuthzSimple>};
constinit const qom::Type kAuthzList{
    .name = "authz-list", .parent = &kAuthz, .interfaces = kInterfaces, .properties = kListProperties, .create = create<AuthzList>};

}  // namespace rhea
