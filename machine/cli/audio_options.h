#pragma once
/// What -audiodev says of the only driver here, which drops all sound.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "qobject/describe.h"

namespace rhea::cli {

enum class AudioFormat { u8, s8, u16, s16, u32, s32, f32 };
enum class AudioDriver { none, alsa, coreaudio, dbus, dsound, jack, oss, pa, sdl, sndio, spice, wav };

struct AudioDirection {
    std::optional<bool> mixing_engine, fixed_settings;
    std::optional<std::uint32_t> frequency, channels, voices;  ///< frequency in Hz
    std::optional<AudioFormat> format;
    std::optional<std::uint32_t> buffer_length;  ///< microseconds
};
struct AudioGeneric {
    std::optional<AudioDirection> in, out;
};
struct AudioWav {
    std::optional<AudioDirection> in, out;
    std::optional<std::string> path;
};
struct Audiodev {
    std::string id;
    AudioDriver driver = AudioDriver::none;
    std::optional<std::uint32_t> timer_period;  ///< microseconds
    std::variant<std::monostate, AudioGeneric, AudioWav> u;
};

}  // namespace rhea::cli

namespace rhea {

template <>
inline constexpr auto description<cli::AudioFormat> = enumeration<cli::AudioFormat>("AudioFormat", "u8", "s8", "u16", "s16",
                                                                                    "u32", "s32", "f32");
template <>
inline constexpr auto description<cli::AudioDriver> = enumeration<cli::AudioDriver>("AudiodevDriver", "none", "alsa",
                                                                                    "coreaudio", "dbus", "dsound", "jack",
                                                                                    "oss", "pa", "sdl", "sndio", "spice",
                                                                                    "wav");
template <>
inline constexpr auto description<cli::AudioDirection> = object(
    "AudiodevPerDirectionOptions", member<&cli::AudioDirection::mixing_engine>("mixing-engine"),
    member<&cli::AudioDirection::fixed_settings>("fixed-settings"), member<&cli::AudioDirection::frequency>("frequency"),
    member<&cli::AudioDirection::channels>("channels"), member<&cli::AudioDirection::voices>("voices"),
    member<&cli::AudioDirection::format>("format"), member<&cli::AudioDirection::buffer_length>("buffer-length"));
template <>
inline constexpr auto description<cli::AudioGeneric> = object("AudiodevGenericOptions", member<&cli::AudioGeneric::in>("in"),
                                                              member<&cli::AudioGeneric::out>("out"));
template <>
inline constexpr auto description<cli::AudioWav> = object("AudiodevWavOptions", member<&cli::AudioWav::in>("in"), member<&cli::AudioWav::out>("out"),
                                                          member<&cli::AudioWav::path>("path"));
template <>
inline constexpr auto description<cli::Audiodev> = flat_union<&cli::Audiodev::driver, &cli::Audiodev::u>(
    "Audiodev", branches(branch<cli::AudioGeneric>(cli::AudioDriver::none), branch<cli::AudioWav>(cli::AudioDriver::wav)), member<&cli::Audiodev::id>("id"),
    member<&cli::Audiodev::driver>("driver"), member<&cli::Audiodev::timer_period>("timer-period"));

}  // namespace rhea
