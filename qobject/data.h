#pragma once
#include "qobject/describe.h"

namespace rhea {

/// The schema's legacy unions put each branch under "data".
template <class T>
struct Data {
    T data;
};

template <class T>
inline constexpr auto description<Data<T>> = object("data", member<&Data<T>::data>("data"));

}  // namespace rhea
