#pragma once
/// "secret": a password or key that others refer to by id. Given as text, base64 or in a file, maybe encrypted with another secret.
#include <string>

#include "machine/qom/object.h"

namespace rhea {

class Secret final : public qom::Object {
public:
    static const qom::Type kType;

    Secret(qom::Values values, std::string bytes) : Object(std::move(values)), bytes_(std::move(bytes)) {}
    ~Secret() override;

    /// The secret itself; any bytes.
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

extern const qom::Type kSecretCommon;

namespace qom { class Tree; }
/// The bytes of the secret with that id; errors: "No secret with id 'x'".
Result<std::string> secret_bytes(qom::Tree& tree, std::string_view id);

}  // namespace rhea
