#pragma once
/// Errors as values, with the text that a client reads. Every text of the protocol has its named constructor here or
/// in the subsystem that alone can raise it.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace rhea {

/// The error classes of QMP since 1.2.
enum class ErrorClass { generic_error, command_not_found, device_not_active, device_not_found, kvm_missing_cap };

std::string_view error_class_name(ErrorClass error_class);

/// `legacy_class` and `data` are what QMP of 0.12 to 1.1 said of the same failure ("MissingParameter" {"name": …}); an
/// error without a class of its own went out as "UndefinedError" then.
class Error {
public:
    explicit Error(std::string description, ErrorClass error_class = ErrorClass::generic_error)
        : class_(error_class), description_(std::move(description)) {}

    ErrorClass error_class() const { return class_; }
    const std::string& description() const { return description_; }
    std::string_view legacy_class() const { return legacy_class_; }
    const std::vector<std::pair<std::string_view, std::string>>& data() const { return data_; }

    Error& legacy(std::string_view legacy_class, std::vector<std::pair<std::string_view, std::string>> data = {}) & {
        legacy_class_ = legacy_class;
        data_ = std::move(data);
        return *this;
    }
    Error&& legacy(std::string_view legacy_class, std::vector<std::pair<std::string_view, std::string>> data = {}) && {
        return std::move(legacy(legacy_class, std::move(data)));
    }
    /// The same error with `prefix` before its description.
    Error prefixed(std::string_view prefix) && {
        description_.insert(0, prefix);
        return std::move(*this);
    }

    /// Advice for people, printed after the error on a terminal (stderr, HMP); QMP does not carry it. Ends without a newline.
    const std::string& hint() const { return hint_; }
    Error with_hint(std::string hint) && {
        hint_ = std::move(hint);
        return std::move(*this);
    }

    static Error generic(std::string description) { return Error(std::move(description)); }
    static Error missing_parameter(std::string_view path);
    static Error invalid_parameter(std::string_view path);                                  ///< "Invalid parameter 'x'"
    static Error unexpected_parameter(std::string_view path);
    static Error invalid_parameter_type(std::string_view path, std::string_view expected);
    static Error invalid_parameter_value(std::string_view path, std::string_view expected); ///< "Parameter 'x' expects …"
    static Error bad_enum_value(std::string_view name, std::string_view value);
    static Error device_not_found(std::string_view device);
    static Error device_not_active(std::string_view kind);                                  ///< "No … device has been activated"
    static Error command_not_found(std::string_view command);
    static Error kvm_missing_cap(std::string_view capability, std::string_view feature);
    static Error json_parsing(std::string_view detail);                                     ///< "JSON parse error, …"

private:
    ErrorClass class_;
    std::string description_;
    std::string hint_;
    std::string_view legacy_class_ = "UndefinedError";
    std::vector<std::pair<std::string_view, std::string>> data_;
};

template <class T>
using Result = tl::expected<T, Error>;
using Fail = tl::unexpected<Error>;

inline Fail fail(Error error) { return Fail(std::move(error)); }
inline Fail fail(std::string description) { return Fail(Error(std::move(description))); }

/// The value of a Result, or an early return of its error. Not inside a braced initialiser of several members: g++ 12 leaks
/// those made before it.
#define RHEA_TRY(expression)                                                        \
    __extension__({                                                                 \
        auto rhea_result_ = (expression);                                           \
        if (!rhea_result_) return ::rhea::fail(std::move(rhea_result_).error());    \
        std::move(*rhea_result_);                                                   \
    })
/// The same for Result<void>.
#define RHEA_CHECK(expression)                                                      \
    do {                                                                            \
        auto rhea_result_ = (expression);                                           \
        if (!rhea_result_) return ::rhea::fail(std::move(rhea_result_).error());    \
    } while (0)

}  // namespace rhea
