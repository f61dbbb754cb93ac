#pragma once
// Heat and work of Theta in a stream of batches (theory.md section 5): heat is what the loss of a batch changes by
// while Theta moves, work what changes while one batch takes the place of another. R: any number type, balls too.

namespace calor::thermo {

template <class R>
struct StreamHeat {
  R heat = 0, work = 0;

  /// A step at one batch, whose loss changes from `before` to `after`.
  void step(const R& before, const R& after) {
    if (begun_)
      work += before - loss_;
    else
      first_ = before;
    heat += after - before;
    loss_ = after;
    begun_ = true;
  }
  /// heat + work, by the losses at both ends (I8).
  R change() const { return loss_ - first_; }

 private:
  R loss_ = 0, first_ = 0;
  bool begun_ = false;
};

}  // namespace calor::thermo
