/// Options takes any text; what it understood can be written down again and is understood alike; each value can be asked for
/// as every type.
///
/// The input is the option string, then one byte: odd with an implied key.
#include <string>

#include "fuzz.h"
#include "qobject/keyval.h"

using namespace rhea;

namespace {

std::string doubled_commas(const std::string& value) {
    std::string out;
    for (char c : value) out.append(c == ',' ? 2 : 1, c);
    return out;
}

/// In the long form, which leaves nothing to rules about first words and switches.
std::string written(const Options& options) {
    std::string out;
    auto add = [&](const std::string& key, const std::string& value) {
        if (!out.empty()) out += ',';
        out += key + "=" + doubled_commas(value);
    };
    if (options.id()) add("id", *options.id());
    for (const Option& entry : options.entries()) add(entry.key, entry.value);
    return out;
}

void read_as_every_type(const Options& options) {
    for (const Option& entry : options.entries()) {
        const OptionSpec specs[] = {{entry.key, OptionType::boolean}};
        (void)options.check(specs);
        (void)options.get_bool(entry.key, false);
        (void)options.get_number(entry.key, 0);
        (void)options.get_size(entry.key, 0);
        const bool boolean = parse_option_bool(entry.key, entry.value).has_value();
        fuzz::promise(!boolean || entry.value == "on" || entry.value == "off" || entry.value == "yes" ||
                          entry.value == "no" || entry.value == "true" || entry.value == "false" || entry.value == "y" ||
                          entry.value == "n",
                      "only words that mean yes or no are booleans", entry.value);
    }
}

void take_everything(Options options) {
    while (!options.entries().empty()) {
        const std::string key = options.entries().front().key;
        const std::string value = options.get(key);
        auto taken = options.take(key);
        fuzz::promise(taken == value, "take gives what get gives", key);
        fuzz::promise(!options.has(key), "what was taken is gone", key);
    }
    fuzz::promise(options.check_empty().has_value(), "when all is taken nothing is left");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string text(reinterpret_cast<const char*>(data), size - 1);
    auto options = Options::parse(text, data[size - 1] % 2 ? "backend" : "");
    if (!options) return 0;
    fuzz::promise(!options->id() || is_well_formed_id(*options->id()), "an id is well-formed");

    const std::string long_form = written(*options);
    auto again = Options::parse(long_form);
    fuzz::promise(again.has_value(), "what was understood can be said", long_form);
    fuzz::promise(again->id() == options->id() && again->entries() == options->entries(), "and is understood alike",
                  text + "\n" + long_form);
    fuzz::promise(again->warnings().empty(), "the long form is not deprecated", long_form);

    read_as_every_type(*options);
    const QDict dict = options->to_qdict();
    for (const QDictEntry& entry : dict)
        fuzz::promise(entry.value.string() && *entry.value.string() == options->get(entry.key), "a dict has the last value",
                      entry.key);
    take_everything(std::move(*options));
    return 0;
}
