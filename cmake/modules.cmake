# The architecture: a module may include what it names, and what those name. PURE: tensors in, tensors out; no files, clock,
# stdout or global seed. LIBRARIES: what it links besides libtorch and JSON. tests/architecture_test.cmake holds the sources to this table.
add_module(core PURE)
add_module(sampling PURE DEPENDS core)
add_module(generator PURE DEPENDS core LIBRARIES sgilo_simd)
add_module(operators PURE DEPENDS core)
add_module(metrics PURE DEPENDS core)
add_module(score PURE DEPENDS sampling LIBRARIES sgilo_simd)
add_module(solvers PURE DEPENDS sampling generator operators)
add_module(released PURE DEPENDS solvers score)
add_module(theory PURE DEPENDS sampling)

add_module(files DEPENDS core LIBRARIES sgilo_crypto)
add_module(checkpoint DEPENDS files LIBRARIES sgilo_zip)
add_module(data DEPENDS files LIBRARIES sgilo_simd sgilo_images)
add_module(report DEPENDS data)
add_module(portraits DEPENDS data LIBRARIES sgilo_simd)
add_module(machine DEPENDS generator score LIBRARIES sgilo_simd)  # names the ways in which both can compute
add_module(training DEPENDS generator score metrics portraits checkpoint report)
add_module(models DEPENDS released metrics checkpoint machine data)  # data tells a picture that is taken for a model
add_module(runs DEPENDS released machine checkpoint report)  # the family of solvers has the released one as a member

add_module(workflows DEPENDS models runs training)
add_module(bench DEPENDS workflows)
add_module(experiments DEPENDS workflows theory)
add_module(commands DEPENDS bench experiments)
add_module(cli DEPENDS commands)
