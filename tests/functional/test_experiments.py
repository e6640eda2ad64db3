"""What can be an experiment, and what can be a parameter's value."""

from __future__ import annotations

import pytest

from tests.functional.conftest import Project

pytestmark = pytest.mark.slow


def test_an_instance_that_needs_dill_is_an_experiment(project: Project) -> None:
    project.write(
        bench="""
        class Bench:
            def __init__(self, name, scale):
                self.name = name
                self.function = lambda x: scale * x      # plain pickle refuses it
            def run(self, x):
                "A bench scales."
                return {"main": self.function(x)}
        """
    )
    done = project.script(
        """
        import mitosis
        from bench import Bench
        trial = mitosis.run(Bench("bench", 3), params=[mitosis.Parameter("seven", "x", 7)])
        print(trial.main, trial.results, trial.status)
        """
    )
    assert "21 {'main': 21} succeeded" in done.out, done


def test_a_simple_object_with_name_and_run_is_an_experiment(project: Project) -> None:
    done = project.script(
        """
        import mitosis, types
        def run(x):
            return {"main": x + 1}
        experiment = types.SimpleNamespace(name="plus-one", run=run)
        trial = mitosis.run(experiment, params=[mitosis.Parameter("one", "x", 1)])
        print("main", trial.main)
        """
    )
    assert "main 2" in done.out, done


def test_the_running_script_is_an_experiment(project: Project) -> None:
    done = project.script(
        """
        import mitosis, sys
        import numpy as np
        OFFSET = 5
        name = "itself"
        def helper(x): return np.sum(x) + OFFSET
        def run(x):
            return {"main": helper(x)}
        if __name__ == "__main__":
            params = [mitosis.Parameter("a", "x", [1, 2])]
            trial = mitosis.run(sys.modules[__name__], params=params)
            print("main", trial.main)
        """
    )
    assert "main 8" in done.out, done


def test_a_class_of_the_running_script_travels_with_this_module(project: Project) -> None:
    project.write(
        users="""
        name = "users"
        def run(model):
            return {"main": model.predict(2), "model": model}
        """
    )
    source = """
        import importlib, mitosis, users
        import numpy as np
        FACTOR = 10
        this_module = importlib.import_module(__name__)
        class Base:
            def scaled(self, x): return FACTOR * np.asarray(x)
        class Model(Base):
            def __init__(self, slope): self.slope = slope
            def predict(self, x): return float(super().scaled(self.slope * x))
        params = [mitosis.Parameter("steep", "model", Model(3), [this_module])]
        trial = mitosis.run(users, params=params)
        print("main", trial.main, trial.results["model"].slope)
        """
    done = project.script(source)
    assert "main 60.0 3" in done.out, done
    page = (project.root / "trials" / "trial_users-steep-1.html").read_text()
    assert "Model(slope=3)" in page  # the class has no repr, the locked text says it
    again = project.python("script.py")
    assert "users-steep-2 succeeded" in again.out, again
    changed = project.script(source.replace("Model(3)", "Model(4)"))
    assert "$.slope" in changed.err, changed


def test_a_class_in_a_package_travels_with_this_module(project: Project) -> None:
    project.write(
        {
            "pkg/__init__.py": """
                from importlib import import_module
                from mitosis import Parameter
                this_module = import_module(__name__)
                class Foo:
                    def __init__(self, value): self.value = value
                first_param = {
                    "test": Parameter("my_variant", "argname", Foo(7), [this_module])
                }
                """,
            "pkg/__main__.py": """
                import mitosis, pkg
                mitosis.main(pkg)
                """,
            "pkg/exp1.py": """
                name = "exp-one"
                def run(argname):
                    return {"main": argname.value}
                """,
        }
    )
    project.commit()
    done = project.python("-m", "pkg", "--param", "first_param=test")
    assert done.status == 0, done
    assert "exp-one-my_variant-1 succeeded, main = 7" in done.out


def test_numpy_and_pandas_values_arrive_as_they_were(project: Project) -> None:
    project.write(
        frames="""
        name = "frames"
        def run(array, frame):
            return {"main": float(array.sum() + frame.to_numpy().sum()), "frame": frame}
        """
    )
    done = project.script(
        """
        import mitosis, frames, numpy, pandas
        params = [
            mitosis.Parameter("big", "array", numpy.ones((400, 400))),
            mitosis.Parameter("small", "frame", pandas.DataFrame({"a": [1, 2]})),
        ]
        trial = mitosis.run(frames, params=params)
        print("main", trial.main, list(trial.results["frame"].columns))
        """
    )
    assert "main 160003.0 ['a']" in done.out, done
    (shared,) = (project.root / "trials" / ".values").iterdir()
    project.python("script.py")
    assert list((project.root / "trials" / ".values").iterdir()) == [shared]


def test_a_value_that_cannot_be_unpickled_in_the_kernel_is_a_failed_trial(
    project: Project,
) -> None:
    project.write(
        brittle="""
        import os
        name = "brittle"
        def broken(): raise OSError("not here")
        class Brittle:
            def __reduce__(self): return broken, ()
        def run(value): return {"main": 1}
        """
    )
    done = project.script(
        """
        import mitosis, brittle
        mitosis.run(brittle, params=[mitosis.Parameter("a", "value", brittle.Brittle())])
        """
    )
    assert done.status == 1
    assert (
        "parameter 'value' could not be unpickled in the kernel: OSError('not here')"
        in done.err
    )
    (row,) = project.rows("trials/brittle.db")
    assert row["status"] == "failed"


def test_a_value_that_cannot_be_pickled_is_refused_with_nothing_written(
    project: Project,
) -> None:
    project.write(
        plain="""
        name = "plain"
        def run(a, b): return {"main": 1}
        """
    )
    before = project.snapshot()
    done = project.script(
        """
        import mitosis, plain
        values = [mitosis.Parameter("x", name, (i for i in "xyz")) for name in "ab"]
        mitosis.run(plain, untracked_params=values)
        """
    )
    assert "NotPicklableError" in done.err, done
    assert "parameter 'a', a generator: TypeError: cannot pickle 'generator' object" in done.err
    assert "parameter 'b', a generator" in done.err
    assert set(project.snapshot()) - set(before) == {"script.py"}
