using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Something that looks at the whole store after changes and sets right what is wrong.</summary>
internal interface IController
{
    void Reconcile();

    /// <summary>Whether it waits for time to pass, so that it must look again although nothing is written.</summary>
    bool Waits => false;
}

/// <summary>Runs the controllers a moment after each burst of writes.</summary>
internal sealed class Reconciler(ObjectStore store, TimeProvider clock, IReadOnlyList<IController> controllers)
{
    // Long enough that what is being terminated can be seen, short enough for nobody to wait.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            for (var seen = 0L; ;)
            {
                var next = store.Changed;
                if (store.Revision == seen && !controllers.Any(controller => controller.Waits))
                {
                    await next.WaitAsync(ct);
                }

                await Task.Delay(Pause, clock, ct);
                seen = store.Revision;
                foreach (var controller in controllers)
                {
                    controller.Reconcile();
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
