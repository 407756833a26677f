#pragma once
/// Who may connect: "authz-simple" knows one name, "authz-list" a list of rules.
#include <string_view>

#include "machine/qom/object.h"

namespace rhea {

class Authz : public qom::Object {
public:
    using Object::Object;
    /// `identity`: what the client's credentials say of it (an X.509 distinguished name, a SASL user).
    virtual bool allows(std::string_view identity) const = 0;
};

extern const qom::Type kAuthz, kAuthzSimple, kAuthzList;

}  // namespace rhea
