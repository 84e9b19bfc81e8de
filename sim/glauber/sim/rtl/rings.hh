// Behavioural ring oscillators: the C++ twin of `glauber.sim.rings`, which explains them.
// Parameters and phases come from there; both must give the same bits.

#include <cstddef>
#include <cstdint>
#include <vector>

struct Ring {
    uint64_t phase, random;       // `RingModel.start`
    uint64_t step, jitter, duty;  // `RingModel.parameters`

    bool run() {  // the output now; then a clock passes
        bool output = phase < duty;
        random = random * 6364136223846793005u + 1442695040888963407u;
        phase += step + ((random >> 32) - 0x80000000u) * jitter;
        return output;
    }
};

struct Rings {
    std::vector<Ring> rings;

    uint64_t run() {
        uint64_t outputs = 0;
        for (size_t index = 0; index < rings.size(); index++)
            outputs |= uint64_t(rings[index].run()) << index;
        return outputs;
    }
};

// The port `rings` of a machine that has one.
template <class Top>
auto drive_rings(Top &top, uint64_t outputs, int) -> decltype(top.p_rings, void()) {
    top.p_rings = outputs;
}
template <class Top> void drive_rings(Top &, uint64_t, long) {}
