namespace LoraBuild.Torch;

/// <summary>The dispose scopes of the current thread, innermost first.</summary>
internal sealed class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScopeManager? _current;

    internal static DisposeScopeManager ThreadSingleton => _current ??= new DisposeScopeManager();

    internal DisposeScope? CurrentDisposeScope { get; private set; }

    internal DisposeScope NewDisposeScope() => CurrentDisposeScope = new DisposeScope(this);

    /// <summary>Takes a scope out of the chain, wherever it stands in it.</summary>
    internal void RemoveDisposeScope(DisposeScope disposed)
    {
        if (CurrentDisposeScope == disposed)
        {
            CurrentDisposeScope = disposed.OuterScope;
            return;
        }
        for (var scope = CurrentDisposeScope; scope is not null; scope = scope.OuterScope)
        {
            if (scope.OuterScope == disposed)
                scope.OuterScope = disposed.OuterScope;
        }
    }
}
