#pragma once
// Ways whose numbers are proven: ball arithmetic at a precision that is raised until the digits are met.

#include "run/job.hpp"

namespace calor::run {

/// The closed forms, the finite chains, the atoms of sgld without noise, langevin in one parameter (on request: it
/// takes seconds), in balls. Nothing happens where no theorem covers the experiment, where the user fixed the precision
/// (that asks for the ordinary arithmetic), or where it would take too long; a printed quantity that cannot be had so
/// is left out. The identities are checked: every residual must contain 0 (InternalError).
void closed_form_in_balls(Job& job);
void finite_chain_in_balls(Job& job);
/// True if all quantities that sgld without noise has meet the goal.
bool atoms_in_balls(Job& job);
void relaxation_in_balls(Job& job);

/// Lets an ordinary way compute the printed quantities that the job does not have yet, if any.
void complete_by(Job& job, void (*way)(Job&));

}  // namespace calor::run
