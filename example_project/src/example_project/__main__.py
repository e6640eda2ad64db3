import example_project
import mitosis

mitosis.main(example_project)
