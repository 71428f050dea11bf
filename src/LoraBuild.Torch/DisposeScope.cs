namespace LoraBuild.Torch;

/// <summary>
/// Disposes at its end every tensor that its thread made while it was the innermost scope, except those moved out or detached.
/// The same rules as TorchSharp's.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    private DisposeScopeManager? _manager;
    // Each tensor knows its place. Those of tensors that have left are null, unless they were the last.
    private List<torch.Tensor?> _tensors = [];
    private int _count;

    internal DisposeScope(DisposeScopeManager manager)
    {
        _manager = manager;
        OuterScope = manager.CurrentDisposeScope;
    }

    internal DisposeScope? OuterScope { get; set; }

    /// <summary>The number of tensors that the scope will dispose.</summary>
    public int DisposablesCount => Open()._count;

    public bool Contains(IDisposable disposable) => disposable is torch.Tensor tensor && tensor.OwningDisposeScope == this;

    /// <summary>Hands over to the outer scope; without one, to whoever holds the object.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(OuterScope, disposable);

    /// <inheritdoc cref="MoveToOuter{T}"/>
    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    /// <summary>Hands over to another scope; null detaches.</summary>
    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        if (Open().Contains(disposable))
            SetOwner((torch.Tensor)(IDisposable)disposable, scope);
        return disposable;
    }

    /// <summary>Leaves the object to whoever holds it.</summary>
    public T Detach<T>(T disposable) where T : IDisposable => MoveToOther(null, disposable);

    /// <summary>Takes over a tensor from wherever it belongs.</summary>
    public void Attach(IDisposable disposable)
    {
        Open();
        if (disposable is not torch.Tensor tensor)
            throw new InvalidOperationException("A DisposeScope manages tensors only.");
        if (tensor.OwningDisposeScope != this)
            SetOwner(tensor, this);
    }

    /// <summary>Disposes what the scope holds now, and goes on.</summary>
    public void DisposeEverything() => DisposeEverythingBut([]);

    /// <inheritdoc cref="DisposeEverything"/>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var kept = inKeep.OfType<torch.Tensor>().Where(Open().Contains).ToList();
        kept.ForEach(Leave);
        var all = _tensors;
        (_tensors, _count) = ([], 0);
        foreach (var tensor in all)
        {
            if (tensor is null)
                continue;
            tensor.OwningDisposeScope = null;
            tensor.Dispose();
        }

        kept.ForEach(Register);
    }

    /// <inheritdoc cref="DisposeEverything"/>
    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    /// <summary>Tells the scope that the object has been disposed by hand.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        if (Open().Contains(disposable))
            SetOwner((torch.Tensor)disposable, null);
    }

    public void Dispose()
    {
        if (_manager is null)
            return;
        DisposeEverything();
        _manager.RemoveDisposeScope(this);
        _manager = null;
    }

    /// <summary>Takes in a tensor that belongs to no scope.</summary>
    internal void Register(torch.Tensor tensor)
    {
        (tensor.OwningDisposeScope, tensor.PlaceInScope) = (this, _tensors.Count);
        _tensors.Add(tensor);
        _count++;
    }

    private DisposeScope Open()
    {
        ObjectDisposedException.ThrowIf(_manager is null, this);
        return this;
    }

    private static void SetOwner(torch.Tensor tensor, DisposeScope? scope)
    {
        tensor.OwningDisposeScope?.Leave(tensor);
        scope?.Register(tensor);
    }

    private void Leave(torch.Tensor tensor)
    {
        if (tensor.PlaceInScope == _tensors.Count - 1)
            _tensors.RemoveAt(tensor.PlaceInScope);
        else
            _tensors[tensor.PlaceInScope] = null;
        tensor.OwningDisposeScope = null;
        _count--;
    }
}
