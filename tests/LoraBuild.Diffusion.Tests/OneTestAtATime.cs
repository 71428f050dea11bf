// The number of threads that operators use is the process' own, and some tests change it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
